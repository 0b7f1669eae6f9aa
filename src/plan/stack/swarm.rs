//! A stack as Docker Swarm runs it: what its file takes only in another form than compose's.

use serde::Serialize;

use super::{Stack, Unit};
use crate::spec::values::{AbsPath, Size};

/// A stack in a swarm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Swarm {
    /// Everything that runs.
    pub services: Vec<Service>,
    /// Some service has a volume, which stays on the node where it began.
    pub pinned: bool,
    /// Some service sees files of the project.
    pub configs: bool,
    /// Some folder was to have programs in it, which a swarm cannot be told.
    pub no_exec: bool,
}

/// A folder in memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Folder {
    /// Where it is mounted.
    pub path: AbsPath,
    /// Its size at most: a stack file takes only a number.
    pub bytes: u64,
}

/// One unit as a service of a swarm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Service {
    /// The unit.
    pub unit: Unit,
    /// Its folders in memory, `/dev/shm` among them if it needs more than usual.
    pub folders: Vec<Folder>,
}

/// The swarm's view of a stack.
///
/// # Errors
/// When a path is none, which the stack's own are not.
pub fn of(stack: &Stack) -> Result<Swarm, String> {
    let services = stack.units.iter().map(service).collect::<Result<Vec<_>, String>>()?;
    let units = &stack.units;
    Ok(Swarm {
        services,
        pinned: units.iter().any(|unit| unit.volume.is_some()),
        configs: units.iter().any(|unit| !unit.configs.is_empty()),
        no_exec: units.iter().any(|unit| unit.tmpfs.iter().any(|folder| folder.exec)),
    })
}

fn service(unit: &Unit) -> Result<Service, String> {
    let mut folders: Vec<Folder> =
        unit.tmpfs.iter().map(|folder| Folder { path: folder.path.clone(), bytes: bytes(&folder.size) }).collect();
    // `shm_size` is ignored by a swarm, and a mount in its place is not
    if let Some(size) = &unit.shm_size {
        folders.push(Folder { path: AbsPath::new("/dev/shm")?, bytes: bytes(size) });
    }
    Ok(Service { folders, unit: unit.clone() })
}

/// A size in bytes.
fn bytes(size: &Size) -> u64 {
    let text = size.as_str();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text[..digits].parse().unwrap_or(1);
    let unit = match &text[digits..] {
        "k" => 1 << 10,
        "g" => 1 << 30,
        _ => 1 << 20,
    };
    number.saturating_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_numbers_of_bytes() {
        let of = |text: &str| bytes(&Size::new(text).unwrap());
        assert_eq!([of("64m"), of("1g"), of("16k")], [67_108_864, 1_073_741_824, 16_384]);
    }
}
