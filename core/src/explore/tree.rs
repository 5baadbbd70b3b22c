//! A tree of schedules: 12 bytes a state instead of the state, and a model that walks from one to another.

use super::{Choice, Model};
use cowscope_mmu::Mark;

/// The state the search began in.
pub(super) const ROOT: u32 = 0;

#[derive(Clone, Copy)]
struct Node {
    parent: u32,
    choice: Choice,
}

/// States as nodes, each with the choice that leads to it from its parent.
///
/// The model goes from node to node by taking back its steps to where the two paths part, and stepping down from there. Searches by
/// levels visit nodes in the order of their parents, so the way is short.
pub(super) struct Tree<M: Model> {
    model: M,
    nodes: Vec<Node>,
    /// The nodes from the root to where the model stands.
    path: Vec<u32>,
    /// Where the undo log stood at each of them.
    marks: Vec<Mark>,
    /// Scratch: the nodes still to be stepped to.
    down: Vec<u32>,
}

impl<M: Model> Tree<M> {
    /// A tree whose root is the state in which `model` stands.
    pub fn new(mut model: M) -> Self {
        model.state_mut().commit();
        let mark = model.state().mark();
        let root = Node { parent: ROOT, choice: Choice { agent: 0, pick: 0 } };
        Tree { model, nodes: vec![root], path: vec![ROOT], marks: vec![mark], down: Vec::new() }
    }

    pub fn model(&self) -> &M {
        &self.model
    }

    pub fn model_mut(&mut self) -> &mut M {
        &mut self.model
    }

    /// Adds what `choice` leads to from `parent`.
    pub fn add(&mut self, parent: u32, choice: Choice) -> u32 {
        self.nodes.push(Node { parent, choice });
        self.nodes.len() as u32 - 1
    }

    /// True when no further node can be numbered.
    pub fn is_full(&self) -> bool {
        self.nodes.len() >= u32::MAX as usize / 2
    }

    /// The choice that leads to `node`; none for the root.
    pub fn choice(&self, node: u32) -> Option<Choice> {
        (node != ROOT).then(|| self.nodes[node as usize].choice)
    }

    /// The choices from the root to `node`.
    pub fn schedule(&self, mut node: u32) -> Vec<Choice> {
        let mut choices = Vec::new();
        while node != ROOT {
            choices.push(self.nodes[node as usize].choice);
            node = self.nodes[node as usize].parent;
        }
        choices.reverse();
        choices
    }

    /// Brings the model to `node`, which is `depth` steps below the root.
    pub fn go_to(&mut self, node: u32, depth: u32) {
        let (mut node, mut depth) = (node, depth as usize);
        self.down.clear();
        while self.path.get(depth) != Some(&node) {
            self.down.push(node);
            node = self.nodes[node as usize].parent;
            depth -= 1;
        }
        self.model.state_mut().undo(self.marks[depth]);
        self.path.truncate(depth + 1);
        self.marks.truncate(depth + 1);
        while let Some(node) = self.down.pop() {
            self.model.step(self.nodes[node as usize].choice);
            self.path.push(node);
            self.marks.push(self.model.state().mark());
        }
    }

    /// Bytes of the nodes and the path.
    pub fn bytes(&self) -> u64 {
        (self.nodes.capacity() * size_of::<Node>() + self.path.capacity() * (4 + size_of::<Mark>())) as u64
    }
}
