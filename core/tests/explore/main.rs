//! The explorer against published numbers, against brute force, and against itself with its own shortcuts off.

mod brute;
mod counts;
mod livelock;
mod models;
mod reductions;
mod sampled;
mod shortest;
mod summaries;
