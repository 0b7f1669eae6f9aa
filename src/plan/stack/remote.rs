//! Secrets and who keeps them: each by the name that its keeper takes.

use std::collections::BTreeMap;

use super::make::slug;
use super::{Aws, Azure, Gcp, Providers, Secret, Unit, Vault};
use crate::report::Diagnostic;
use crate::spec::file::SpecFile;
use crate::spec::secrets::{Provider, SecretTable};
use crate::spec::values::{EnvName, Namespace, RemoteKey, SecretId, ServiceName, User, Version};

/// What each member says of its secrets, and the table of `scaffold.toml` that speaks of the member.
type Tables<'a> = [(&'a Vec<SecretTable>, Vec<&'a str>)];

/// The secrets that `units` of the project `name` read, each as it is kept; those that `generated` names are made up.
///
/// # Errors
/// A name that its keeper does not take, two secrets that cannot be told apart, one that is said in two ways.
pub(super) fn secrets(
    name: &ServiceName,
    file: &SpecFile,
    tables: &Tables<'_>,
    units: &[Unit],
    generated: &[SecretId],
) -> Result<Vec<Secret>, Box<Diagnostic>> {
    let mut secrets: Vec<Secret> = Vec::new();
    for unit in units {
        for used in &unit.secrets {
            if secrets.iter().any(|secret| secret.name == used.name) {
                continue;
            }
            let (table, origin) = said(file, tables, &used.name)?;
            let secret = secret_of(name, file, unit.user, &used.name, table, generated.contains(&used.name), &origin)?;
            if let Some(other) = secrets.iter().find(|other| other.slug == secret.slug) {
                let error = format!(
                    "the secrets `{}` and `{}` have one name for a shell and a cluster",
                    other.name, secret.name
                );
                return Err(Box::new(
                    Diagnostic::error(error)
                        .about(&secret.origin)
                        .help("give one of them a name that has other letters or digits"),
                ));
            }
            secrets.push(secret);
        }
    }
    units.iter().try_for_each(|unit| variables(unit, &secrets))?;
    Ok(secrets)
}

/// The table of a secret and the key that it stands under.
fn said<'a>(
    file: &'a SpecFile,
    tables: &Tables<'a>,
    name: &'a SecretId,
) -> Result<(Option<&'a SecretTable>, Vec<&'a str>), Box<Diagnostic>> {
    let all = tables.iter().flat_map(|(secrets, origin)| secrets.iter().map(move |table| (table, &origin[..])));
    let all = all.chain(file.secrets.iter().map(|table| (table, &[][..])));
    let mut all = all.filter(|(table, _)| table.name == *name);
    let Some((first, origin)) = all.next() else { return Ok((None, vec!["secrets", name.as_str()])) };
    let kept = |table: &'a SecretTable| (table.provider, &table.key, &table.property, &table.version);
    let below = |origin: &[&'a str]| [origin, &["secrets", name.as_str()]].concat();
    if let Some((_, other)) = all.find(|(other, _)| kept(other) != kept(first)) {
        return Err(Box::new(
            Diagnostic::error(format!("the secret `{name}` is kept in one place here and in another elsewhere"))
                .about(&below(other))
                .help("say the same of it for each service, or give the two different names"),
        ));
    }
    Ok((Some(first), below(origin)))
}

/// That each variable names one file to a unit.
fn variables(unit: &Unit, secrets: &[Secret]) -> Result<(), Box<Diagnostic>> {
    let mut seen: BTreeMap<&EnvName, String> = BTreeMap::new();
    seen.extend(unit.environment.iter().map(|pair| (&pair.name, "the environment".to_owned())));
    for used in &unit.secrets {
        let Some(variable) = &used.env else { continue };
        if let Some(other) = seen.insert(variable, format!("the secret `{}`", used.name)) {
            let origin =
                secrets.iter().find(|secret| secret.name == used.name).map_or(&[][..], |secret| &secret.origin);
            return Err(Box::new(
                Diagnostic::error(format!(
                    "`{variable}` names the file of the secret `{}`, and is taken by {other}",
                    used.name
                ))
                .about(&[origin, &["env".to_owned()]].concat())
                .help("give the secret another `env`"),
            ));
        }
    }
    Ok(())
}

fn secret_of(
    name: &ServiceName,
    file: &SpecFile,
    user: User,
    secret: &SecretId,
    table: Option<&SecretTable>,
    generated: bool,
    origin: &[&str],
) -> Result<Secret, Box<Diagnostic>> {
    let provider = table.and_then(|table| table.provider).or(file.providers.default).unwrap_or_default();
    if let Some(table) = table {
        taken(provider, table).map_err(|(key, why)| {
            let error = Diagnostic::error(why).about(&[origin, &[key]].concat());
            Box::new(error.help("take the key out, or name another `provider`"))
        })?;
    }
    let given = table.and_then(|table| table.key.clone());
    let key = match (given, provider) {
        (Some(key), _) => key,
        (None, Provider::Vault) => RemoteKey::new(name.as_str())?,
        (None, Provider::Aws) => RemoteKey::new(format!("{name}/{secret}"))?,
        (None, Provider::Azure) => RemoteKey::new(slug(&format!("{name}-{secret}")))?,
        (None, Provider::Gcp) => RemoteKey::new(format!("{}-{}", slug(name.as_str()), slug(secret.as_str())))?,
        (None, Provider::Environment) => RemoteKey::new(EnvName::of(secret.as_str())?.as_str())?,
        (None, Provider::File | Provider::Swarm) => RemoteKey::new(secret.as_str())?,
    };
    fits(provider, secret, &key).map_err(|why| Box::new(Diagnostic::error(why).about(&[origin, &["key"]].concat())))?;
    let property = match (table.and_then(|table| table.property.clone()), provider) {
        (Some(property), _) => Some(property),
        // a secret of Vault is a table of fields
        (None, Provider::Vault) => Some(RemoteKey::new(secret.as_str())?),
        (None, _) => None,
    };
    Ok(Secret {
        name: secret.clone(),
        slug: Namespace::new(slug(secret.as_str()))?,
        variable: EnvName::of(secret.as_str())?,
        provider,
        key,
        property,
        version: table.and_then(|table| table.version.clone()),
        user,
        generated,
        origin: origin.iter().map(|&part| part.to_owned()).collect(),
    })
}

/// What is said of a secret that its keeper has nothing of: the key and why.
fn taken(provider: Provider, table: &SecretTable) -> Result<(), (&'static str, String)> {
    let name = &table.name;
    let (keeper, key) = match provider {
        Provider::File => ("a file", false),
        Provider::Environment => ("a variable", true),
        Provider::Swarm => ("a swarm", true),
        Provider::Vault => {
            let plain = |version: &Version| version.as_str().bytes().all(|b| b.is_ascii_digit());
            return match &table.version {
                Some(version) if !plain(version) => Err((
                    "version",
                    format!("`{version}` is not a version of the secret `{name}`: Vault counts them, such as `3`"),
                )),
                _ => Ok(()),
            };
        }
        Provider::Aws | Provider::Azure | Provider::Gcp => return Ok(()),
    };
    if !key && table.key.is_some() {
        return Err(("key", format!("the secret `{name}` is {keeper}, which has the secret's own name")));
    }
    for (there, said) in [("property", table.property.is_some()), ("version", table.version.is_some())] {
        if said {
            return Err((there, format!("the secret `{name}` is kept by {keeper}, which has no `{there}`")));
        }
    }
    Ok(())
}

/// Every keeper has names of its own: Azure takes no `_` (learn.microsoft.com, key-vault object identifiers), Google no
/// `/` and no `.` (cloud.google.com, secretmanager reference), AWS `/_+=.@-` (docs.aws.amazon.com, CreateSecret). Read 2026-11-24.
fn fits(provider: Provider, secret: &SecretId, key: &RemoteKey) -> Result<(), String> {
    let (others, most, whose) = match provider {
        Provider::Azure => ("-", 127, "an Azure Key Vault takes letters, digits and `-`"),
        Provider::Gcp => ("-_", 255, "Google's Secret Manager takes letters, digits, `-` and `_`"),
        Provider::Aws => ("/_+=.@-:", 512, "AWS takes letters, digits and `/_+=.@-`"),
        Provider::Environment => ("_", 128, "a variable's name has letters, digits and `_`"),
        Provider::Swarm => ("_.-", 64, "a swarm takes letters, digits, `_`, `.` and `-`, at most 64"),
        Provider::File | Provider::Vault => return Ok(()),
    };
    let plain = key.as_str().chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c));
    if plain && key.as_str().len() <= most {
        Ok(())
    } else {
        Err(format!("the secret `{secret}` cannot be named `{key}` where it is kept: {whose}; say another with `key`"))
    }
}

/// The keepers of these secrets.
pub(super) fn providers(name: &ServiceName, file: &SpecFile, secrets: &[Secret]) -> Result<Providers, Box<Diagnostic>> {
    let table = &file.providers;
    let of = |provider: Provider| secrets.iter().find(|secret| secret.provider == provider);
    let missing = |secret: &Secret, keeper: &str, example: &str| {
        Box::new(
            Diagnostic::error(format!(
                "the secret `{}` is kept by {keeper}, and nothing says where that is",
                secret.name
            ))
            .about(&secret.origin)
            .help(format!("add {example} to scaffold.toml")),
        )
    };
    let default = |text: &str| RemoteKey::new(text).map_err(Box::from);
    let vault = match (of(Provider::Vault), &table.vault) {
        (None, _) => None,
        (Some(secret), None) => {
            return Err(missing(secret, "Vault", "[providers.vault] with `address = \"https://...\"`"));
        }
        (Some(_), Some(vault)) => Some(Vault {
            address: vault.address.clone(),
            mount: vault.mount.clone().map_or_else(|| default("secret"), Ok)?,
            role: vault.role.clone().map_or_else(|| default(name.as_str()), Ok)?,
            auth_mount: vault.auth_mount.clone().map_or_else(|| default("kubernetes"), Ok)?,
            namespace: vault.namespace.clone(),
        }),
    };
    let aws = match (of(Provider::Aws), &table.aws) {
        (None, _) => None,
        (Some(secret), None) => {
            return Err(missing(secret, "AWS", "[providers.aws] with `region = \"eu-central-1\"`"));
        }
        (Some(_), Some(aws)) => Some(Aws { region: aws.region.clone(), role_arn: aws.role_arn.clone() }),
    };
    let azure = match (of(Provider::Azure), &table.azure) {
        (None, _) => None,
        (Some(secret), None) => {
            return Err(missing(secret, "Azure", "[providers.azure] with `vault = \"NAME\"`"));
        }
        (Some(_), Some(azure)) => Some(Azure {
            vault: azure.vault.clone(),
            tenant_id: azure.tenant_id.clone(),
            client_id: azure.client_id.clone(),
        }),
    };
    let gcp = match (of(Provider::Gcp), &table.gcp) {
        (None, _) => None,
        (Some(secret), None) => {
            return Err(missing(secret, "Google Cloud", "[providers.gcp] with `project = \"ID\"`"));
        }
        (Some(_), Some(gcp)) => {
            Some(Gcp { project: gcp.project.clone(), service_account: gcp.service_account.clone() })
        }
    };
    Ok(Providers {
        delivery: table.delivery,
        file: of(Provider::File).is_some(),
        environment: of(Provider::Environment).is_some(),
        swarm: of(Provider::Swarm).is_some(),
        fields: secrets.iter().any(|secret| {
            matches!(secret.provider, Provider::Aws | Provider::Azure | Provider::Gcp) && secret.property.is_some()
        }),
        vault,
        aws,
        azure,
        gcp,
    })
}
