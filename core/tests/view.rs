//! What is shown of the machine: plain data with the names of the C, the same wherever one comes from.

use cowscope_core::explore::{Choice, Model};
use cowscope_core::library::{load, texts};
use cowscope_core::session::Session;
use cowscope_core::view::fill::Tour;
use cowscope_core::view::{Moment, Object, Question};

/// A scenario whose text gives the kernel's structs fields of their own, and has a struct itself.
fn session() -> Session {
    let types = texts::FILES.iter().find(|(name, _)| *name == "common/types.c").expect("the types").1;
    let types = types.replacen("struct page {", "struct page {\n\tu32 my_colour;", 1).replacen(
        "struct mm_struct {",
        "struct mm_struct {\n\tint my_count;\n\tstruct { u64 my_deep; } my_inner;",
        1,
    );
    let text = "TITLE(\"fields of one's own\")
        enum mood { CALM, ANGRY };
        struct mine { enum mood mood; u32 list[3]; struct mm_struct *of; };
        struct mine thing;
        SETUP PROCESS(0) CPU(0) void prepare(void) { mmap(0x1000, 1); store(0x1000, 1); }
        PROCESS(0) CPU(0) KERNEL void program(void) {
            thing.mood = ANGRY; thing.list[1] = 7; thing.of = current_mm();
            current_mm()->my_count = 41; current_mm()->my_inner.my_deep = 5;
            struct page *page = pfn_to_page(pte_pfn(READ_ONCE(*pte_offset(current_mm(), 0x1000))));
            page->my_colour = 3;
        }";
    let name = "gup-before-fork";
    let edits = vec![("common/types.c".to_owned(), types), (format!("scenarios/{name}.c"), text.to_owned())];
    let q = Question { design: "6.1-anon-exclusive".into(), scenario: name.into(), edits, ..Question::default() };
    Session::new(load(&q).unwrap_or_else(|e| panic!("{e}")))
}

fn moment(session: &mut Session, tour: &mut Tour) -> Moment {
    tour.follow(session);
    tour.moment(session, String::new())
}

/// The value at a path of names, as shown.
fn shown<'a>(objects: &'a [Object], path: &[&str]) -> Option<&'a str> {
    let object = objects.iter().find(|o| o.name == path[0])?;
    if path.len() == 1 { Some(&object.value.text) } else { shown(&object.parts, &path[1..]) }
}

#[test]
fn fields_of_ones_own_show_by_themselves() {
    let (mut session, mut tour) = (session(), Tour::default());
    while session.step(Choice { agent: 0, pick: 0 }) {}
    let end = moment(&mut session, &mut tour);
    assert!(end.finished && end.broken.is_none(), "{:?}", end.broken);
    assert_eq!(shown(&end.objects, &["thing", "mood"]), Some("ANGRY"));
    assert_eq!(shown(&end.objects, &["thing", "list", "[1]"]), Some("7"));
    let mm = end.objects.iter().find(|o| o.ctype == "struct mm_struct").expect("an address space");
    assert_eq!(shown(&mm.parts, &["my_count"]), Some("41"));
    assert_eq!(shown(&mm.parts, &["my_inner", "my_deep"]), Some("5"));
    let coloured: Vec<_> = end.frames.iter().filter(|f| shown(&f.others, &["my_colour"]) == Some("3")).collect();
    assert_eq!(coloured.len(), 1, "{:?}", end.frames);
}

#[test]
fn a_moment_is_the_same_from_both_sides_and_survives_its_text() {
    let (mut session, mut tour) = (session(), Tour::default());
    let mut there = vec![moment(&mut session, &mut tour)];
    while session.step(Choice { agent: 0, pick: 0 }) {
        there.push(moment(&mut session, &mut tour));
    }
    assert!(there.len() > 5 && there.windows(2).all(|pair| pair[0] != pair[1]));
    while let Some(want) = there.pop() {
        let here = moment(&mut session, &mut tour);
        assert_eq!(here, want);
        let text = serde_json::to_string(&here).expect("plain data");
        assert_eq!(serde_json::from_str::<Moment>(&text).expect("its own text"), here);
        session.back();
    }
    assert_eq!(session.system().agents() as usize, moment(&mut session, &mut tour).agents.len());
}
