//! A tree of schedules: for each state what differs from its parent, and a model that walks from one to another.

use super::{Choice, Model};
use cowscope_mmu::{Mark, Slot};

/// The state the search began in.
pub(super) const ROOT: u32 = 0;

#[derive(Clone, Copy)]
struct Node {
    parent: u32,
    /// Where its list of changed words begins, which ends where the next node's begins.
    changes: u32,
    choice: Choice,
    hash: u64,
}

/// Changed words that are kept: beyond that (1 GiB) nodes have none, and are reached by stepping.
const MOST_CHANGES: usize = 1 << 26;

/// States as nodes, each with the choice that leads to it from its parent.
///
/// The model goes from node to node by taking back its steps to where the two paths part, and stepping down from there. Searches by
/// levels visit nodes in the order of their parents, so the way is short.
pub(super) struct Tree<M: Model> {
    model: M,
    nodes: Vec<Node>,
    changes: Vec<(Slot, u64)>,
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
        let choice = Choice { agent: 0, pick: 0 };
        let root = Node { parent: ROOT, changes: 0, choice, hash: model.state().fingerprint() };
        let (path, marks, changes) = (vec![ROOT], vec![mark], Vec::new());
        Tree { model, nodes: vec![root], changes, path, marks, down: Vec::new() }
    }

    pub fn model(&self) -> &M {
        &self.model
    }

    pub fn model_mut(&mut self) -> &mut M {
        &mut self.model
    }

    /// Adds what `choice` leads to from `parent`: a state of fingerprint `hash`, in which the words of `changes` have these values.
    pub fn add(&mut self, parent: u32, choice: Choice, hash: u64, changes: &[(Slot, u64)]) -> u32 {
        self.nodes.push(Node { parent, changes: self.changes.len() as u32, choice, hash });
        if self.changes.len() < MOST_CHANGES {
            self.changes.extend_from_slice(changes);
        }
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

    /// The node that `node` was reached from; none for the root.
    pub fn parent(&self, node: u32) -> Option<u32> {
        (node != ROOT).then(|| self.nodes[node as usize].parent)
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
            let Node { changes, choice, hash, .. } = self.nodes[node as usize];
            let end = self.nodes.get(node as usize + 1).map_or(self.changes.len(), |next| next.changes as usize);
            let changes = &self.changes[changes as usize..end];
            if changes.is_empty() {
                self.model.step(choice);
            } else {
                let mark = self.model.state().mark();
                self.model.state_mut().redo(mark, changes, hash);
            }
            self.path.push(node);
            self.marks.push(self.model.state().mark());
        }
    }

    /// Bytes of the nodes and the path.
    pub fn bytes(&self) -> u64 {
        let changes = self.changes.capacity() * size_of::<(Slot, u64)>();
        (changes + self.nodes.capacity() * size_of::<Node>() + self.path.capacity() * (4 + size_of::<Mark>())) as u64
    }
}
