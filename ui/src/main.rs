//! The workbench. It shows and drives the core, and holds no rule of the kernel or the hardware of its own.

mod app;
mod browser;
mod c_text;
mod driver;
mod keys;
mod panels;
mod parts;
mod recovery;
mod store;
mod worker;

fn main() {
    recovery::install();
    if let Some(root) = browser::document().and_then(|page| page.get_element_by_id("app")) {
        yew::Renderer::<app::App>::with_root(root).render();
    }
}
