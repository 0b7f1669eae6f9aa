//! Secrets and who keeps them: each by the name that its keeper takes.

use super::make::slug;
use super::{Aws, Azure, Gcp, Providers, Secret, Vault};
use crate::report::Diagnostic;
use crate::spec::file::SpecFile;
use crate::spec::secrets::{Provider, SecretTable};
use crate::spec::values::{EnvName, Namespace, RemoteKey, SecretId, ServiceName, User};

/// A secret of the project `name`, as it is kept.
pub(super) fn secret_of(
    name: &ServiceName,
    file: &SpecFile,
    user: User,
    secret: &SecretId,
    table: Option<&SecretTable>,
    generated: bool,
    origin: &[&str],
) -> Result<Secret, Box<Diagnostic>> {
    let provider = table.and_then(|table| table.provider).or(file.providers.default).unwrap_or_default();
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
