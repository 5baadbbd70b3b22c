//! A machine that no hardware is like is refused with the field's name and its range.

use cowscope_mmu::{
    Config, CostTable, FrameSpec, Machine, Mutant, PscGeometry, Replacement, Shape, State, TABLES, TlbGeometry, TlbMode,
};

fn refusal(config: &Config) -> String {
    Machine::new(config, &mut State::new(), &[FrameSpec::whole(1)]).expect_err("refused").to_string()
}

#[test]
fn every_field_has_its_range() {
    let ok = Config::default();
    let tlb = |change: fn(&mut TlbGeometry, &mut PscGeometry)| {
        let (mut tlb, mut psc) = (TlbGeometry::DESKTOP, PscGeometry::DESKTOP);
        change(&mut tlb, &mut psc);
        Config { tlb: TlbMode::Concrete { tlb, psc }, ..ok }
    };
    let cases = [
        (Config { cpus: 0, ..ok }, "cpus = 0: must be 1 to 8"),
        (Config { cpus: 9, ..ok }, "cpus = 9: must be 1 to 8"),
        (Config { maxphyaddr: 80, ..ok }, "maxphyaddr = 80: must be 36 to 52"),
        (Config { maxphyaddr: 35, ..ok }, "maxphyaddr = 35: must be 36 to 52"),
        (Config { levels: 7, ..ok }, "levels = 7: must be 4 or 5"),
        (Config { store_buffer: 0, ..ok }, "store_buffer = 0: must be 1 to 64"),
        (tlb(|t, _| t.l1_4k.ways = 0), "tlb.l1_4k.ways = 0: must be 1 to 32"),
        (tlb(|t, _| t.l1_4k.sets = 3), "tlb.l1_4k.sets = 3: must be a power of two, 1 to 4096"),
        (tlb(|t, _| t.l1_large.sets = 0), "tlb.l1_large.sets = 0: must be a power of two, 1 to 4096"),
        (
            tlb(|t, _| t.l2 = Some(Shape { sets: 1 << 13, ways: 4 })),
            "tlb.l2.sets = 8192: must be a power of two, 1 to 4096",
        ),
        (
            tlb(|t, _| t.replacement = Replacement::TreePlru),
            "tlb.l2.ways = 12: must be a power of two, 1 to 32, with tree pseudo-LRU",
        ),
        (tlb(|_, p| p.pde = 65), "psc.pde = 65: must be 0 to 64"),
        (
            Config { tlb: TlbMode::MaySet { translations: 0, prefixes: 4 }, ..ok },
            "tlb.translations = 0: must be 1 to 64",
        ),
        (Config { tlb: TlbMode::MaySet { translations: 4, prefixes: 99 }, ..ok }, "tlb.prefixes = 99: must be 1 to 64"),
    ];
    for (config, want) in cases {
        assert_eq!(refusal(&config), want);
    }
    if !cfg!(feature = "mutants") {
        let config = Config { mutant: Mutant::NoDirty, ..ok };
        assert!(refusal(&config).ends_with("must be none (this build has no seeded defects)"));
    }
}

#[test]
fn cost_tables_have_names_and_sources() {
    for table in TABLES {
        assert_eq!(CostTable::by_name(table.name), Some(table));
        // Named one by one, so that a new cost is not forgotten here.
        let CostTable {
            name,
            about,
            tlb_l1,
            tlb_l2,
            cache_l1,
            cache_l2,
            cache_l3,
            dram,
            store,
            locked,
            fence,
            invlpg,
            invpcid,
            cr3_write,
            control_write,
            ipi_send,
            ipi_deliver,
            iret,
            fault_entry,
            syscall,
            page_copy,
        } = *table;
        assert!(!about.is_empty());
        let costs = [
            ("tlb_l1", tlb_l1),
            ("tlb_l2", tlb_l2),
            ("cache_l1", cache_l1),
            ("cache_l2", cache_l2),
            ("cache_l3", cache_l3),
            ("dram", dram),
            ("store", store),
            ("locked", locked),
            ("fence", fence),
            ("invlpg", invlpg),
            ("invpcid", invpcid),
            ("cr3_write", cr3_write),
            ("control_write", control_write),
            ("ipi_send", ipi_send),
            ("ipi_deliver", ipi_deliver),
            ("iret", iret),
            ("fault_entry", fault_entry),
            ("syscall", syscall),
            ("page_copy", page_copy),
        ];
        for (field, cost) in costs {
            // The first level answers beside the cache.
            assert!((cost.cycles > 0 || field == "tlb_l1") && cost.source.len() > 10, "{name}: {field}");
            assert!(!cost.source.contains("assumed"), "{name}: {field} has no source");
        }
    }
    assert_eq!(CostTable::by_name("none"), None);
}
