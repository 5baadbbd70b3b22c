//! Deliberate defects of the hardware, for tests that must notice them.

macro_rules! mutants {
    ($($name:ident: $what:literal;)*) => {
        /// One seeded defect. Compiled in only with the feature `mutants`; otherwise every question whether one is on is
        /// constant false.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Mutant {
            /// The machine as it should be.
            #[default]
            None,
            $(#[doc = $what] $name,)*
        }

        impl Mutant {
            /// Every defect.
            pub const ALL: &'static [Mutant] = &[$(Mutant::$name),*];

            /// What is wrong, in words.
            pub fn what(self) -> &'static str {
                match self {
                    Mutant::None => "nothing",
                    $(Mutant::$name => $what,)*
                }
            }
        }
    };
}

mutants! {
    NoAccessedAboveLeaf: "the walker leaves A clear in entries that refer to tables";
    NoAccessedInLeaf: "the walker leaves A clear in the entry that maps the page";
    NoDirty: "a write leaves D clear";
    DirtyOnRead: "a read sets D";
    DirtyAboveLeaf: "a write sets D in entries that refer to tables";
    AccessedOnNotPresent: "the walker sets A in an entry that is not present";
    DirtyOnFault: "a write that the rights forbid sets D before it faults";
    PlainUpdate: "A and D are set by a plain write of the value read before, which brings back an entry that was changed";
    UpdateWithoutRestart: "the update of A and D finds the entry changed and goes on with the old one";
    LeafRightsOnly: "the rights of the entries above the leaf are ignored";
    NxOfLeafOnly: "execute-disable above the leaf is ignored";
    WpIgnored: "supervisor writes pass although CR0.WP is 1";
    WpAlways: "supervisor writes fault although CR0.WP is 0";
    SmepIgnored: "SMEP has no effect";
    SmapIgnored: "SMAP has no effect";
    AcIgnored: "EFLAGS.AC does not lift SMAP";
    NxIgnored: "execute-disable has no effect";
    NxNotReserved: "bit 63 is not reserved while EFER.NXE is 0";
    HighBitsNotReserved: "address bits above MAXPHYADDR are not reserved";
    LargeBitsNotReserved: "the low address bits of a large page are not reserved";
    PsNotReserved: "bit 7 of a PML4E is not reserved";
    ReservedWithoutP: "a reserved-bit fault has P=0 in its error code";
    NoUserInError: "the error code lacks U/S";
    NoWriteInError: "the error code lacks W/R";
    FetchInErrorAlways: "the error code has I/D for fetches without NXE and SMEP";
    Cr2OfPage: "CR2 is the address of the page";
    CanonicalIgnored: "addresses that are not canonical are translated";
    RootWithLowBits: "a CR3 with PCID, PWT or PCD bits moves the root";
    LargeAsSmallOffset: "a 2-MiB page is entered with a 12-bit offset";
    Large1GAsTable: "PS of a PDPTE is ignored";
    PatAsAddress: "the PAT bit of a large page counts as an address bit";
    NegativeCaching: "a walk that ended at a non-present PTE is cached";
    CachesUnaccessed: "a translation is cached although A could not be set";
    DirtyInTlbOnly: "a write through a translation with D=0 sets D in the TLB and not in memory";
    HitWithoutRights: "a TLB hit is not checked for U/S";
    HitWithoutWrite: "a TLB hit is not checked for R/W";
    PscWithoutRights: "the paging-structure caches forget the rights of the way";
    InvlpgSparesPage: "INVLPG does nothing to the TLB";
    InvlpgSparesPsc: "INVLPG leaves the paging-structure caches";
    InvlpgSparesGlobal: "INVLPG leaves global translations";
    InvlpgSparesLarge: "INVLPG leaves large pages";
    InvlpgSparesL2: "INVLPG leaves the second-level TLB";
    InvlpgSparesWalk: "INVLPG leaves a walk in flight, which fills afterwards";
    Cr3SparesWalk: "MOV CR3 leaves a walk in flight, which fills afterwards";
    InvpcidSparesWalk: "INVPCID leaves a walk in flight, which fills afterwards";
    Cr3SparesTlb: "MOV CR3 leaves the TLB";
    Cr3SparesPsc: "MOV CR3 leaves the paging-structure caches";
    KeepBitWithoutPcid: "bit 63 of MOV CR3 works without CR4.PCIDE";
    PcidIgnored: "lookups do not compare the PCID";
    GlobalWithoutPge: "bit G works without CR4.PGE";
    PgeToggleSpares: "a change of CR4.PGE drops nothing";
    FaultSpares: "#PF drops nothing";
    InvpcidAddressSpares: "INVPCID type 0 drops nothing";
    InvpcidContextSpares: "INVPCID type 1 drops nothing";
    InvpcidAllSparesGlobals: "INVPCID type 2 leaves global translations";
    InvpcidOthersSpare: "INVPCID type 3 drops the current PCID only";
    InvpcidUnchecked: "INVPCID works with operands that it refuses by #GP";
    InvlpgUnchecked: "INVLPG of an address that is not canonical drops something";
    KeysIgnored: "protection keys have no effect";
    KeyForReads: "a write-disabled protection key forbids reads";
    BroadcastLocalOnly: "a broadcast invalidation reaches the own CPU only";
    BroadcastWaitsForInterrupts: "a broadcast invalidation leaves CPUs with interrupts off";
    NoForwarding: "a load does not see its CPU's buffered stores";
    ForwardOldest: "a load sees the oldest buffered store instead of the youngest";
    ForwardAnywhere: "a load sees a buffered store to any address";
    DrainYoungest: "the youngest buffered store drains first";
    NotDrained: "fences, locked operations and interrupts do not wait for the buffer";
    WalkerSeesBuffer: "the walker reads the CPU's store buffer";
    TakenWhileOff: "interrupts are taken while they are off";
    TakenInWalk: "an interrupt is taken between a walk and its access";
    LineLost: "a second interrupt clears the first one's line";
    SmepSetSpares: "CR4.SMEP from 0 to 1 drops nothing";
    NxeChangeSpares: "a change of EFER.NXE drops nothing";
    FlushesTooMuch: "INVLPG drops everything";
    LargestVictim: "a full set always evicts its last way";
    MayForgetsAtWrite: "may-sets: a table write leaves no old value behind";
    MayHoldsUnaccessed: "may-sets: entries with A=0 may be cached";
    MayHoldsNotPresent: "may-sets: entries with P=0 may be cached";
    MayFaultSpares: "may-sets: #PF drops nothing";
    MayInvlpgSparesPage: "may-sets: INVLPG leaves the page's translations";
    MayInvlpgSparesPrefixes: "may-sets: INVLPG leaves the prefixes";
    MayInvlpgForgetsAll: "may-sets: INVLPG drops translations of other pages too, though they may be held";
    MayCr3Spares: "may-sets: MOV CR3 drops nothing";
    MayCr3ForgetsOthers: "may-sets: a switch without flush forgets what was cached before";
    MayAnyPcid: "may-sets: another PCID's translations are used";
    MayWalksUnloaded: "may-sets: prefixes of another PCID are walked from";
}

impl Mutant {
    /// Why no program can tell this defect from the machine as it should be; `None` where one can.
    pub fn unobservable(self) -> Option<&'static str> {
        match self {
            Mutant::NxeChangeSpares => Some("SDM 4.10.4.1 asks for no invalidation when EFER.NXE changes"),
            Mutant::FlushesTooMuch => {
                Some("a processor may drop any entry at any time (SDM 4.10.4.1); only the time tells")
            }
            Mutant::LargestVictim => {
                Some("which entry is replaced is not architectural (SDM 4.10.2.2); only the time tells")
            }
            _ => None,
        }
    }
}
