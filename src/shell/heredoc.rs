//! Heredocs: introduced on one line, read behind its end, and given to their redirections in the end.

use super::cursor::Parser;
use super::{Body, Node, Redirection, Script};

pub(super) struct Pending {
    pub(super) end: String,
    pub(super) chomp: bool,
    pub(super) body: Body,
    pub(super) done: bool,
}

impl Parser<'_> {
    pub(super) fn read_heredoc(&mut self, index: usize) {
        let start = self.at;
        let mut text = String::new();
        let (end_word, chomp) = (self.heredocs[index].end.clone(), self.heredocs[index].chomp);
        let mut end = start;
        while self.at < self.text.len() {
            let length = self.rest().find('\n').map_or(self.rest().len(), |at| at + 1);
            let line = &self.rest()[..length];
            let shown = if chomp { line.trim_start_matches('\t') } else { line };
            self.at += length;
            if shown.trim_end_matches(['\n', '\r']) == end_word {
                break;
            }
            text.push_str(shown);
            end = self.at;
        }
        let pending = &mut self.heredocs[index];
        pending.body.text = text;
        pending.body.span = start..end;
        pending.done = true;
    }

    /// Puts the bodies of heredocs, read by now, into their redirections.
    pub(super) fn fill(&mut self, script: &mut Script, first: usize) {
        if self.heredocs.len() == first {
            return;
        }
        let mut bodies = self.heredocs.drain(first..).map(|pending| pending.body);
        fill_script(script, &mut bodies);
    }
}

/// Gives each heredoc of a script its body, in the order in which they were introduced.
fn fill_script(script: &mut Script, bodies: &mut dyn Iterator<Item = Body>) {
    for statement in &mut script.statements {
        fill_node(&mut statement.node, bodies);
    }
}

fn fill_node(node: &mut Node, bodies: &mut dyn Iterator<Item = Body>) {
    match node {
        Node::Simple(simple) => fill_redirections(&mut simple.redirections, bodies),
        Node::Pipeline(nodes) => nodes.iter_mut().for_each(|node| fill_node(node, bodies)),
        Node::Chain(first, rest) => {
            fill_node(first, bodies);
            rest.iter_mut().for_each(|(_, node)| fill_node(node, bodies));
        }
        Node::Compound(compound) => {
            compound.bodies.iter_mut().for_each(|body| fill_script(body, bodies));
            fill_redirections(&mut compound.redirections, bodies);
        }
    }
}

fn fill_redirections(redirections: &mut [Redirection], bodies: &mut dyn Iterator<Item = Body>) {
    for redirection in redirections {
        if let Some(heredoc) = &mut redirection.heredoc
            && let Some(body) = bodies.next()
        {
            *heredoc = body;
        }
    }
}
