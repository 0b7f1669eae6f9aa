//! Commands of managers, read.

use super::*;
use crate::check::subject::commands_of;
use crate::dockerfile::{Kind as Word, parse};

/// The manager, what it does, the packages, whether it asks.
type Read = (Manager, Kind, Vec<(String, Version)>, bool);

fn read(line: &str) -> Option<Read> {
    let file = parse(&format!("FROM a\nRUN {line}\n"));
    let Word::Run(run) = &file.instructions[1].kind else { return None };
    let commands = commands_of(&run.form, &|_| None);
    let action = of_command(commands.last()?)?;
    let packages = action.packages.iter().map(|package| (package.name.to_owned(), package.version)).collect();
    Some((action.manager, action.kind, packages, action.asks()))
}

#[test]
fn verbs_are_found_among_options() {
    for (line, manager, kind) in [
        ("apt-get -qq -o Debug::x=y update", Manager::AptGet, Kind::Update),
        ("apt-get -t buster install -y x", Manager::AptGet, Kind::Install),
        ("python3 -m pip install x", Manager::Pip, Kind::Install),
        ("uv pip install x", Manager::Pip, Kind::Install),
        ("/venv/bin/pip3.12 install x", Manager::Pip, Kind::Install),
        ("npm ci --omit=dev", Manager::Npm, Kind::Project),
        ("npm --prefix app install", Manager::Npm, Kind::Project),
        ("npm cache clean --force", Manager::Npm, Kind::Clean),
        ("yarn", Manager::Yarn, Kind::Project),
        ("yarn build", Manager::Yarn, Kind::Other),
        ("yarn --version", Manager::Yarn, Kind::Other),
        ("yarn global add x", Manager::Yarn, Kind::Install),
        ("corepack pnpm i", Manager::Pnpm, Kind::Project),
        ("pacman -Syu --noconfirm x", Manager::Pacman, Kind::Upgrade),
        ("pacman -Sy", Manager::Pacman, Kind::Update),
        ("pacman -Scc", Manager::Pacman, Kind::Clean),
        ("rpm -Uvh x.rpm", Manager::Rpm, Kind::Install),
        ("zypper --non-interactive in x", Manager::Zypper, Kind::Install),
        ("yum update -y", Manager::Yum, Kind::Upgrade),
        ("dnf module install -y x", Manager::Dnf, Kind::Install),
        ("gem sources -c", Manager::Gem, Kind::Clean),
        ("go mod download", Manager::Go, Kind::Download),
        ("composer global require x", Manager::Composer, Kind::Install),
    ] {
        let (found, does, _, _) = read(line).unwrap_or_else(|| panic!("{line}"));
        assert_eq!((found, does), (manager, kind), "{line}");
    }
    for line in ["python3 setup.py install", "npx cowsay", "echo apt-get install x", "man apt-get"] {
        assert_eq!(read(line), None, "{line}");
    }
}

#[test]
fn packages_are_told_from_values() {
    use Version::{Given, Latest, Local, Missing, Unknown};
    for (line, expected) in [
        ("apt-get install -y -t buster a b=1 ./c.deb", vec![("a", Missing), ("b", Given), ("./c.deb", Local)]),
        ("apk add --virtual .deps -X https://x/y a~1 b=~2 c@edge", vec![("a", Given), ("b", Given), ("c", Missing)]),
        (
            "pip install -r x.txt -i https://x a 'b[c]>=1' . d~=1 git+https://y",
            vec![("a", Missing), ("b", Given), ("", Local), ("d", Given), ("git+https://y", Latest)],
        ),
        (
            "npm i -g a @b/c @b/d@1 e@latest f@^1 g/h",
            vec![("a", Missing), ("@b/c", Missing), ("@b/d", Given), ("e", Latest), ("f", Given), ("g/h", Local)],
        ),
        ("go install a.b/c@latest a.b/d@v1 ./e", vec![("a.b/c", Latest), ("a.b/d", Given), ("./e", Local)]),
        ("gem install a b:1", vec![("a", Missing), ("b", Given)]),
        ("gem install a -v 1", vec![("a", Given)]),
        ("cargo install --locked --version 1 a", vec![("a", Given)]),
        (
            "dnf install -y a b-1.2-3 c-libs java-17-openjdk",
            vec![("a", Missing), ("b", Given), ("c-libs", Missing), ("java", Given)],
        ),
        ("npm i -g npm@$V", vec![("npm@", Unknown)]),
    ] {
        let (_, _, packages, _) = read(line).unwrap_or_else(|| panic!("{line}"));
        let found: Vec<(&str, Version)> = packages.iter().map(|(name, version)| (name.as_str(), *version)).collect();
        assert_eq!(
            found.iter().map(|(_, v)| *v).collect::<Vec<_>>(),
            expected.iter().map(|(_, v)| *v).collect::<Vec<_>>(),
            "{line}"
        );
        for ((found, version), (name, _)) in found.iter().zip(&expected) {
            assert!(*version == Local || found == name, "{line}: {found} is not {name}");
        }
    }
}

#[test]
fn a_question_is_answered_in_many_ways() {
    for line in [
        "apt-get install x",
        "apt-get install -q x",
        "apt install x",
        "yum install x",
        "dnf upgrade",
        "zypper in x",
        "pacman -S x",
        "pacman -Syu",
    ] {
        assert!(read(line).is_some_and(|read| read.3), "{line}");
    }
    for line in [
        "apt-get install -y x",
        "apt-get -qqy install x",
        "apt-get install x -qq",
        "apt-get -q -q install x",
        "apt-get install -q=2 x",
        "apt-get install --yes x",
        "apt-get install $OPTIONS x",
        "apt-get -o APT::Get::Assume-Yes=true install x",
        "apt-get install -d x",
        "yum -y install x",
        "dnf install --assumeyes x",
        "zypper -n in x",
        "pacman -S --noconfirm x",
        "apk add x",
        "npm i",
    ] {
        assert!(read(line).is_some_and(|read| !read.3), "{line}");
    }
}
