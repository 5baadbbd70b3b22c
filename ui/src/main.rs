//! The workbench. It shows and drives the core, and holds no rule of the kernel or the hardware of its own.

mod app;
mod worker;

fn main() {
    let root = web_sys::window().and_then(|window| window.document()).and_then(|page| page.get_element_by_id("app"));
    if let Some(root) = root {
        yew::Renderer::<app::App>::with_root(root).render();
    }
}
