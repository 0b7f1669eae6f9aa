//! A bound on the text that variables of one file may make.

use super::expand::{ExpandError, Expanded, Variables};
use super::words::Word;

/// Many lines of `ENV B=$A` with a long `A` would fill the memory; no image configuration comes near this.
const MAX_TOTAL: usize = 64 << 20;

/// How much may still be made, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(MAX_TOTAL)
    }
}

impl Budget {
    /// [`Word::expand`], refused once the bound is reached.
    pub(super) fn expand(&mut self, word: &Word, variables: &dyn Variables) -> Result<Expanded, ExpandError> {
        if self.0 == 0 {
            return Err(ExpandError { message: "the variables of the file make too much text".to_owned() });
        }
        let read = word.expand(variables)?;
        self.0 = self.0.saturating_sub(read.text.len());
        Ok(read)
    }
}
