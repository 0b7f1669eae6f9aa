//! Whom we trust: the authorities of the system, those that are given, and those that docker has for a registry.

use std::path::Path;
#[cfg(feature = "tls")]
use std::{
    collections::BTreeMap,
    sync::{Mutex, OnceLock, PoisonError},
};

use super::error::{Error, ErrorKind};
use super::settings::Settings;

/// No file of certificates is longer.
#[cfg(feature = "tls")]
const LONGEST: u64 = 8 * 1024 * 1024;

/// The authorities by host.
#[derive(Debug, Default)]
pub(super) struct Trust {
    #[cfg(feature = "tls")]
    system: OnceLock<Vec<ureq::tls::Certificate<'static>>>,
    #[cfg(feature = "tls")]
    given: Vec<ureq::tls::Certificate<'static>>,
    /// One for each host: connections are only used again under the very same settings.
    #[cfg(feature = "tls")]
    made: Mutex<BTreeMap<String, ureq::tls::TlsConfig>>,
}

#[cfg(feature = "tls")]
impl Trust {
    /// Reads what the settings give.
    pub(super) fn new(settings: &Settings) -> Result<Self, Error> {
        let mut given = Vec::new();
        for file in &settings.authorities {
            given.extend(read(file)?);
        }
        Ok(Self { system: OnceLock::new(), given, made: Mutex::default() })
    }

    /// The settings of TLS for a host.
    pub(super) fn config(&self, settings: &Settings, host: &str) -> Result<ureq::tls::TlsConfig, Error> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = made.get(host) {
            return Ok(config.clone());
        }
        let config = self.make(settings, host)?;
        made.insert(host.to_owned(), config.clone());
        Ok(config)
    }

    fn make(&self, settings: &Settings, host: &str) -> Result<ureq::tls::TlsConfig, Error> {
        use ureq::tls::{RootCerts, TlsConfig};
        let mut all = self.given.clone();
        all.extend(of_host(&settings.certificates, host)?);
        // SSL_CERT_FILE and SSL_CERT_DIR stand in for the system's, as everywhere.
        let system = self.system.get_or_init(|| {
            let certs = rustls_native_certs::load_native_certs().certs;
            certs.iter().map(|cert| ureq::tls::Certificate::from_der(cert).to_owned()).collect()
        });
        all.extend(system.iter().cloned());
        // A container may have none: then those that browsers trust, which are built in.
        let roots = if all.is_empty() { RootCerts::WebPki } else { RootCerts::from(all) };
        let insecure = settings.insecure.contains(host);
        Ok(TlsConfig::builder().root_certs(roots).disable_verification(insecure).build())
    }
}

#[cfg(not(feature = "tls"))]
impl Trust {
    /// Nobody is asked by https.
    pub(super) fn new(settings: &Settings) -> Result<Self, Error> {
        match settings.authorities.first() {
            Some(file) => Err(Error::new(
                ErrorKind::Setting,
                format!("{} is of no use: this scaffold was built without the feature `tls`", Path::display(file)),
            )),
            None => Ok(Self::default()),
        }
    }
}

/// The authorities that docker has for a registry.
#[cfg(feature = "tls")]
fn of_host(folder: &Path, host: &str) -> Result<Vec<ureq::tls::Certificate<'static>>, Error> {
    let host = if host == "registry-1.docker.io" { "docker.io" } else { host };
    let Ok(entries) = std::fs::read_dir(folder.join(host)) else { return Ok(Vec::new()) };
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "crt"));
    files.sort();
    let mut all = Vec::new();
    for file in files {
        all.extend(read(&file)?);
    }
    Ok(all)
}

#[cfg(feature = "tls")]
fn read(file: &Path) -> Result<Vec<ureq::tls::Certificate<'static>>, Error> {
    use std::io::Read as _;
    let wrong = |why: String| {
        Error::new(ErrorKind::Setting, format!("{}: {why}", file.display()))
            .help("give a file with certificates in PEM form: `-----BEGIN CERTIFICATE-----`")
    };
    let mut text = Vec::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(LONGEST).read_to_end(&mut text))
        .map_err(|error| wrong(error.to_string()))?;
    let certificates: Vec<_> = ureq::tls::parse_pem(&text)
        .filter_map(|item| match item {
            Ok(ureq::tls::PemItem::Certificate(certificate)) => Some(Ok(certificate)),
            Ok(_) => None,
            Err(_) => Some(Err(wrong("it cannot be read as PEM".to_owned()))),
        })
        .collect::<Result<_, _>>()?;
    if certificates.is_empty() {
        return Err(wrong("there is no certificate in it".to_owned()));
    }
    Ok(certificates)
}

#[cfg(all(test, feature = "tls"))]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for text in ["", "-----BEGIN CERTIFICATE-----\n%%\n-----END CERTIFICATE-----\n"] {
            std::fs::write(file.path(), text).unwrap();
            let error = read(file.path()).unwrap_err();
            assert_eq!(error.kind, ErrorKind::Setting);
            assert!(error.message.contains(&file.path().display().to_string()));
        }
    }
}
