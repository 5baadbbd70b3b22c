//! The regions of the page.

mod about;
mod code;
mod edit;
mod frames;
mod hardware;
mod header;
mod help;
mod lane;
mod matrix;
mod memory;
mod objects;
mod palette;
mod picker;
mod side;
mod steps;
mod switches;
mod tables;
mod timeline;
mod timeline_layout;
mod transport;
mod trouble;
mod verdict;
mod why;

pub use about::About;
pub use header::Header;
pub use help::Help;
pub use lane::LaneView;
pub use matrix::Matrix;
pub use palette::Palette;
pub use picker::Picker;
pub use side::SideView;
pub use switches::Switches;
pub use timeline::Timeline;
pub use transport::Transport;
pub use trouble::{Notice, TroubleCard};
pub use verdict::VerdictBar;
