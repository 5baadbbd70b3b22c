//! Icons: drawn in the colour of the text beside them, never the only sign of anything.

use yew::prelude::*;

/// Which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Play,
    Pause,
    Back,
    Forward,
    First,
    Last,
    Over,
    Out,
    Until,
    Share,
    Lock,
    Sun,
    Moon,
    Projector,
    Search,
}

#[derive(Properties, PartialEq)]
pub struct IconProps {
    pub shape: Shape,
}

/// An icon of one em.
#[component]
pub fn Icon(props: &IconProps) -> Html {
    let (fill, path) = path(props.shape);
    let class = if fill { "icon" } else { "icon line" };
    html! { <svg {class} viewBox="0 0 16 16" aria-hidden="true" focusable="false"><path d={path} /></svg> }
}

/// Whether it is filled, and its outline.
fn path(shape: Shape) -> (bool, &'static str) {
    match shape {
        Shape::Play => (true, "M4 2.5v11a.6.6 0 0 0 .9.5l9-5.5a.6.6 0 0 0 0-1l-9-5.5a.6.6 0 0 0-.9.5z"),
        Shape::Pause => (true, "M3.5 2.5h3v11h-3zM9.500 2.500h3v11h-3z"),
        Shape::Back => {
            (true, "M12 2.500v11a.6.6 0 0 1-.9.500l-8.500-5.500a.6.6 0 0 1 0-1l8.500-5.500a.6.6 0 0 1 .9.500z")
        }
        Shape::Forward => {
            (true, "M4 2.500v11a.6.6 0 0 0 .9.500l8.500-5.500a.6.6 0 0 0 0-1l-8.500-5.500a.6.6 0 0 0-.9.500z")
        }
        Shape::First => (true, "M2.500 2.500h2v11h-2zM14 2.500v11L5.500 8z"),
        Shape::Last => (true, "M11.500 2.500h2v11h-2zM2 2.500v11L10.500 8z"),
        Shape::Over => (false, "M2 9a6 6 0 0 1 11-3M13.500 2v4.500H9M8 12.500h.01"),
        Shape::Out => (false, "M8 13V3M3.500 7.500L8 3l4.500 4.500"),
        Shape::Until => (false, "M2 8h8M6.500 4.500L10 8l-3.500 3.500M13.500 3v10"),
        Shape::Share => (
            false,
            "M6.500 9.500l3-3M7 4.500l1.500-1.500a3 3 0 0 1 4.500 4.500L11.500 9M9 11.500L7.500 13A3 3 0 0 1 3 8.500L4.500 7",
        ),
        Shape::Lock => (false, "M3.500 7.500h9v6h-9zM5.500 7.500V5a2.500 2.500 0 0 1 5 0v2.500"),
        Shape::Sun => (
            false,
            "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6M8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
        ),
        Shape::Moon => (false, "M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7z"),
        Shape::Projector => (false, "M1.500 3h13v8h-13zM8 11v3M5 14h6"),
        Shape::Search => (false, "M7 2.500a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9M10.500 10.500l3.500 3.500"),
    }
}
