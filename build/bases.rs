//! Makes `BASES`, `MIRRORS`, `PRODUCTS` and `PUBLISHERS` of `src/bases` out of `bases/*.toml`. What is wrong there fails the build.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::path::Path;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    /// The date of the whole table, once.
    table_checked: Option<String>,
    tools: Option<Vec<String>>,
    #[serde(default)]
    families: BTreeMap<String, Family>,
    #[serde(default)]
    mirrors: BTreeMap<String, String>,
    #[serde(default)]
    base: Vec<Base>,
    #[serde(default)]
    product: Vec<Product>,
    #[serde(default)]
    publisher: Vec<Publisher>,
}

/// What all images of a distribution share.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    shell: String,
    packages: String,
    #[serde(default)]
    tools: Vec<String>,
    #[serde(default)]
    unsure: Vec<String>,
    #[serde(default)]
    users: BTreeMap<String, u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Base {
    image: OneOrMore,
    #[serde(default = "any")]
    tag: OneOrMore,
    example: String,
    os: String,
    kind: String,
    sdk: Option<String>,
    #[serde(default = "root")]
    user: String,
    #[serde(default)]
    users: BTreeMap<String, u32>,
    runs_as: Option<String>,
    shell: Option<String>,
    #[serde(default)]
    tools: Vec<String>,
    #[serde(default)]
    without: Vec<String>,
    #[serde(default)]
    unsure: Vec<String>,
    packages: Option<String>,
    #[serde(default = "top")]
    workdir: String,
    entrypoint: Option<String>,
    #[serde(default)]
    serves: bool,
    #[serde(default)]
    ports: Vec<u16>,
    #[serde(default)]
    volumes: Vec<String>,
    #[serde(default)]
    healthcheck: bool,
    #[serde(default)]
    writes: Vec<String>,
    #[serde(default)]
    secret_env: Vec<String>,
    #[serde(default)]
    secret_file_env: Vec<String>,
    source: String,
    checked: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Product {
    name: String,
    images: Vec<String>,
    suite_of: Option<String>,
    #[serde(default)]
    suite_prefix: String,
    /// Other words of tags for a release: `bookworm`.
    #[serde(default)]
    names: BTreeMap<String, String>,
    releases: BTreeMap<String, String>,
    source: String,
}

/// Who stands behind the images of a registry or a namespace.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Publisher {
    images: Vec<String>,
    name: String,
    kind: String,
    source: String,
    checked: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn all(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::More(texts) => texts,
        }
    }
}

fn any() -> OneOrMore {
    OneOrMore::One("*".to_owned())
}

fn root() -> String {
    "0".to_owned()
}

fn top() -> String {
    "/".to_owned()
}

/// The Rust text of the table.
///
/// # Panics
/// With the file and the entry, when something there is wrong.
pub(super) fn table(folder: &Path) -> String {
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    paths.sort();
    let files: Vec<(String, File)> = paths
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let file = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            (path.display().to_string(), file)
        })
        .collect();
    let families: BTreeMap<&str, &Family> =
        files.iter().flat_map(|(_, file)| &file.families).map(|(name, family)| (name.as_str(), family)).collect();
    let tools: Vec<&String> = files.iter().filter_map(|(_, file)| file.tools.as_ref()).flatten().collect();
    let checked = files.iter().find_map(|(_, file)| file.table_checked.as_ref()).expect("bases: no `table-checked`");

    let mut bases = String::new();
    let mut mirrors = String::new();
    let mut products = String::new();
    let mut publishers = String::new();
    for (path, file) in &files {
        for base in &file.base {
            let place = format!("{path}: {}", base.example);
            let family = families.get(base.os.as_str()).unwrap_or_else(|| panic!("{place}: no family `{}`", base.os));
            base.write(&mut bases, family, &tools, &place);
        }
        for (mirror, original) in &file.mirrors {
            let _ = writeln!(mirrors, "    ({mirror:?}, {original:?}),");
        }
        for product in &file.product {
            product.write(&mut products, &format!("{path}: {}", product.name));
        }
        for publisher in &file.publisher {
            publisher.write(&mut publishers, &format!("{path}: {}", publisher.name));
        }
    }
    format!(
        "/// The day on which the table was last gone through as a whole.\n\
         pub const CHECKED: Date = {};\n\n\
         /// The programs that the table speaks of: an image that does not list one does not have it.\n\
         pub const TOOLS: &[&str] = &{tools:?};\n\n\
         /// All known images, in the order in which they are asked.\n\
         pub const BASES: &[Base] = &[\n{bases}];\n\n\
         const MIRRORS: &[(&str, &str)] = &[\n{mirrors}];\n\n\
         const PRODUCTS: &[Product] = &[\n{products}];\n\n\
         const PUBLISHERS: &[Publisher] = &[\n{publishers}];\n",
        date(checked, "bases: table-checked")
    )
}

impl Base {
    fn write(&self, out: &mut String, family: &Family, known: &[&String], place: &str) {
        for tool in self.tools.iter().chain(&self.without).chain(&self.unsure).chain(&family.tools) {
            assert!(known.contains(&tool), "{place}: `{tool}` is not in `tools` of families.toml");
        }
        for path in self.volumes.iter().chain(&self.writes) {
            assert!(path.starts_with('/'), "{place}: `{path}` is not absolute");
        }
        let mut users = family.users.clone();
        users.extend(self.users.clone());
        if let Some(user) = &self.runs_as {
            assert!(users.contains_key(user), "{place}: `{user}` is not among its users");
        }
        let list = |own: &[String], inherited: &[String]| -> Vec<String> {
            let mut all: Vec<String> = own.iter().chain(inherited).cloned().collect();
            all.retain(|tool| !self.without.contains(tool));
            all.sort();
            all.dedup();
            all
        };
        let tools = list(&self.tools, &family.tools);
        let mut unsure = list(&self.unsure, &family.unsure);
        unsure.retain(|tool| !tools.contains(tool));
        let users: Vec<(String, u32)> = users.into_iter().collect();
        let sdk = match (self.sdk.as_deref(), self.kind.as_str()) {
            (Some(sdk), _) => sdk,
            (None, "sdk") => "full",
            (None, _) => "no",
        };
        let shell = self.shell.as_ref().unwrap_or(&family.shell);
        let packages = self.packages.as_ref().unwrap_or(&family.packages);
        let mut field = |name: &str, value: &dyn Debug| {
            let _ = write!(out, " {name}: {value:?},");
        };
        field("Base { images", &Slice(self.image.all()));
        field("tags", &Slice(self.tag.all()));
        field("example", &self.example);
        field("user", &self.user);
        field("users", &Slice(&users));
        field("runs_as", &self.runs_as);
        field("tools", &Slice(&tools));
        field("unsure", &Slice(&unsure));
        field("workdir", &self.workdir);
        field("serves", &self.serves);
        field("ports", &Slice(&self.ports));
        field("volumes", &Slice(&self.volumes));
        field("healthcheck", &self.healthcheck);
        field("writes", &Slice(&self.writes));
        field("secret_env", &Slice(&self.secret_env));
        field("secret_file_env", &Slice(&self.secret_file_env));
        field("source", &self.source);
        let _ = writeln!(
            out,
            " os: {}, kind: {}, sdk: {}, shell: {}, packages: {}, entrypoint: {}, checked: {} }},",
            variant("Os", &self.os, place),
            variant("Kind", &self.kind, place),
            variant("Sdk", sdk, place),
            variant("Sh", shell, place),
            variant("Packages", packages, place),
            variant("Entrypoint", self.entrypoint.as_deref().unwrap_or("none"), place),
            date(&self.checked, place),
        );
    }
}

impl Product {
    fn write(&self, out: &mut String, place: &str) {
        let mut ends: Vec<(&String, &String)> = self.releases.iter().collect();
        for (name, release) in &self.names {
            let end = self.releases.get(release).unwrap_or_else(|| panic!("{place}: no release `{release}`"));
            ends.push((name, end));
        }
        let _ = write!(out, "    Product {{ images: &{:?}, suite_prefix: {:?}, ", self.images, self.suite_prefix);
        let _ = match &self.suite_of {
            Some(os) => writeln!(out, "suite_of: Some({}), releases: &[", variant("Os", os, place)),
            None => writeln!(out, "suite_of: None, releases: &["),
        };
        for (release, end) in ends {
            let end = date(end, &format!("{place} {release}"));
            let (name, source) = (&self.name, &self.source);
            let _ = writeln!(
                out,
                "        EndOfLife {{ product: {name:?}, release: {release:?}, date: {end}, source: {source:?} }},"
            );
        }
        out.push_str("    ] },\n");
    }
}

impl Publisher {
    fn write(&self, out: &mut String, place: &str) {
        let kind = variant("PublisherKind", &self.kind, place);
        let checked = date(&self.checked, place);
        let _ = writeln!(
            out,
            "    Publisher {{ images: &{:?}, name: {:?}, kind: {kind}, source: {:?}, checked: {checked} }},",
            self.images, self.name, self.source
        );
    }
}

/// A list, borrowed.
struct Slice<'a, T>(&'a [T]);

impl<T: Debug> Debug for Slice<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "&{:?}", self.0)
    }
}

/// `step-down` of `Entrypoint` is `Entrypoint::StepDown`.
fn variant(of: &str, word: &str, place: &str) -> String {
    let names: &[&str] = match of {
        "Os" => &[
            "Debian", "Ubuntu", "Alpine", "Rhel", "Amazon", "Suse", "Azure", "Photon", "Arch", "Wolfi", "Busybox",
            "None", "Windows",
        ],
        "Kind" => &["Sdk", "Runtime", "Os", "Server", "Datastore", "Proxy", "Tool", "Static"],
        "Sdk" => &["No", "Light", "Full"],
        "Sh" => &["Dash", "Bash", "Ash", "None", "Cmd", "PowerShell"],
        "Packages" => &["Apt", "Apk", "Dnf", "Microdnf", "Yum", "Tdnf", "Zypper", "Pacman", "None"],
        "PublisherKind" => &["Official", "Verified", "SponsoredOpenSource", "Vendor", "Community"],
        _ => &["None", "Wrapper", "StepDown", "Program"],
    };
    let plain = if word == "sponsored-oss" { "SponsoredOpenSource".to_owned() } else { word.replace('-', "") };
    let name = names.iter().find(|name| name.eq_ignore_ascii_case(&plain));
    let name = name.unwrap_or_else(|| panic!("{place}: `{word}` is none of {names:?}"));
    format!("{of}::{name}")
}

/// `2026-11-24` as a `Date`.
fn date(text: &str, place: &str) -> String {
    let parts: Vec<u16> = text.split('-').filter_map(|part| part.parse().ok()).collect();
    match parts[..] {
        [year @ 1990..=2100, month @ 1..=12, day @ 1..=31] if text.len() == 10 => {
            format!("Date {{ year: {year}, month: {month}, day: {day} }}")
        }
        _ => panic!("{place}: `{text}` is not a date such as 2026-11-24"),
    }
}
