//! All simple commands of a script in the order of the text, each with what stands around it.

use super::{Compound, CompoundKind, Join, Node, Part, Script, Simple, Word};

/// A simple command at its place.
#[derive(Debug, Clone)]
pub struct Step<'s> {
    /// The command.
    pub simple: &'s Simple,
    /// Where it stands.
    pub around: Around<'s>,
}

/// What stands around a command.
#[derive(Debug, Clone, Default)]
pub struct Around<'s> {
    /// All commands of its pipeline; empty if it is in none.
    pub pipeline: &'s [Node],
    /// Its number in the pipeline, from 0.
    pub position: usize,
    /// It runs only because of what came before it: behind `||`, in an `if`, a loop, a `case`, a function.
    pub conditional: bool,
    /// An `|| ...` follows, so that its failure ends nothing.
    pub guarded: bool,
    /// It makes a word of another command: `$( )`, `<( )`.
    pub substitution: bool,
    /// It is in `( )`: what it sets ends there.
    pub subshell: bool,
    /// It is in the body of a function.
    pub function: bool,
    /// Which statement of the outermost list it belongs to, from 0.
    pub statement: usize,
}

impl Around<'_> {
    /// Whether its output goes to a further command.
    #[must_use]
    pub fn feeds(&self) -> bool {
        self.position + 1 < self.pipeline.len()
    }
}

/// All simple commands, those in substitutions before the command that takes them.
#[must_use]
pub fn steps(script: &Script) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for (index, statement) in script.statements.iter().enumerate() {
        let around = Around { statement: index, ..Around::default() };
        node(&statement.node, &around, &mut steps);
    }
    steps
}

fn list<'s>(script: &'s Script, around: &Around<'s>, steps: &mut Vec<Step<'s>>) {
    for statement in &script.statements {
        let around = Around { pipeline: &[], position: 0, ..around.clone() };
        node(&statement.node, &around, steps);
    }
}

fn node<'s>(at: &'s Node, around: &Around<'s>, steps: &mut Vec<Step<'s>>) {
    match at {
        Node::Simple(simple) => {
            let made = Around { substitution: true, pipeline: &[], position: 0, ..around.clone() };
            let values = simple.assignments.iter().flat_map(|assignment| &assignment.values);
            let targets = simple.redirections.iter().map(|redirection| &redirection.target);
            words(values.chain(&simple.words).chain(targets), &made, steps);
            steps.push(Step { simple, around: around.clone() });
        }
        Node::Pipeline(nodes) => {
            for (position, part) in nodes.iter().enumerate() {
                node(part, &Around { pipeline: nodes, position, ..around.clone() }, steps);
            }
        }
        Node::Chain(first, rest) => {
            let guarded = |from: usize| around.guarded || rest[from..].iter().any(|(join, _)| *join == Join::Or);
            node(first, &Around { guarded: guarded(0), ..around.clone() }, steps);
            let mut conditional = around.conditional;
            for (index, (join, part)) in rest.iter().enumerate() {
                conditional |= *join == Join::Or;
                node(part, &Around { conditional, guarded: guarded(index + 1), ..around.clone() }, steps);
            }
        }
        Node::Compound(compound) => inside(compound, around, steps),
    }
}

fn inside<'s>(compound: &'s Compound, around: &Around<'s>, steps: &mut Vec<Step<'s>>) {
    let made = Around { substitution: true, pipeline: &[], position: 0, ..around.clone() };
    let targets = compound.redirections.iter().map(|redirection| &redirection.target);
    words(compound.words.iter().chain(targets), &made, steps);
    for (index, body) in compound.bodies.iter().enumerate() {
        let condition = index == 0 && matches!(compound.kind, CompoundKind::If | CompoundKind::While);
        let plain = matches!(compound.kind, CompoundKind::Subshell | CompoundKind::Group);
        let around = Around {
            conditional: around.conditional || !(plain || condition),
            guarded: around.guarded || condition,
            subshell: around.subshell || compound.kind == CompoundKind::Subshell,
            function: around.function || compound.kind == CompoundKind::Function,
            ..around.clone()
        };
        list(body, &around, steps);
    }
}

fn words<'s>(all: impl Iterator<Item = &'s Word>, around: &Around<'s>, steps: &mut Vec<Step<'s>>) {
    for word in all {
        for part in &word.parts {
            match part {
                Part::Command { script, .. } | Part::Process { script, .. } => list(script, around, steps),
                Part::Variable { fallback: Some(word), .. } => words(std::iter::once(&**word), around, steps),
                _ => {}
            }
        }
    }
}
