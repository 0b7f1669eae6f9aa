//! The typed values of what is around a service: where it is published, where its secrets are kept, what it keeps of root.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{EnvName, image_reference, show};

value! {
    /// Where an image is published: host and path, without a tag.
    Repository, "image-ref", |text| {
        let last = text.rsplit('/').next().unwrap_or_default();
        if text != "scratch" && !last.contains(':') && !text.contains('@') && image_reference(&format!("{text}:1")).is_ok() {
            Ok(())
        } else {
            Err(format!("`{}` is not an image's repository: host and path without a tag, such as `registry.example.com/team/api`", show(text)))
        }
    }
}
value! {
    /// A platform that images are built for.
    Platform, "word", |text| {
        let parts: Vec<&str> = text.split('/').collect();
        let plain = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if (2..=3).contains(&parts.len()) && parts[0] == "linux" && parts.iter().all(plain) && text.len() <= 32 {
            Ok(())
        } else {
            Err(format!("`{}` is not a platform, such as `linux/amd64` or `linux/arm64`", show(text)))
        }
    }
}
value! {
    /// A Kubernetes capability's name, as the kernel's without `CAP_`. Those that are as good as root are not taken.
    Capability, "word", |text| {
        // capabilities(7), man-pages 6.9; the ones left out (SYS_ADMIN, SYS_PTRACE, SYS_MODULE, ...) open the host
        const KNOWN: [&str; 13] = [
            "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "IPC_LOCK", "KILL", "NET_BIND_SERVICE", "NET_RAW",
            "SETGID", "SETPCAP", "SETUID", "SYS_NICE",
        ];
        if KNOWN.contains(&text) {
            Ok(())
        } else {
            Err(format!("`{}` is not a capability that a service is given: one of {}", show(text), KNOWN.join(", ")))
        }
    }
}
value! {
    /// A name as Kubernetes and the clouds take it: lower-case letters, digits and `-`.
    Namespace, "word", |text| {
        let plain = !text.starts_with('-') && !text.ends_with('-') && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !text.is_empty() && plain && text.len() <= 63 {
            Ok(())
        } else {
            Err(format!("`{}` is not such a name: lower-case letters, digits and `-`, at most 63", show(text)))
        }
    }
}
value! {
    /// The name of an Azure Key Vault: 3 to 24 letters, digits and `-`, beginning with a letter.
    VaultName, "word", |text| {
        let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
        if first && (3..=24).contains(&text.len()) && !text.ends_with('-') && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            Ok(())
        } else {
            Err(format!("`{}` is not a key vault's name: 3 to 24 letters, digits and `-`, beginning with a letter", show(text)))
        }
    }
}
value! {
    /// The name of a secret, a role or an identity where it is kept.
    RemoteKey, "word", |text| {
        let first = text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+=.@:-".contains(&b));
        if first && plain && text.len() <= 512 && !text.ends_with('/') && !text.split('/').any(|part| part == "..") {
            Ok(())
        } else {
            Err(format!("`{}` is not a name there: letters, digits and `/ _ + = . @ : -`, at most 512", show(text)))
        }
    }
}
value! {
    /// The address of a server: http or https, a host, perhaps a port and a path; no user, no query.
    Url, "url", |text| {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let plain = |rest: &str| {
            let host = rest.split('/').next().unwrap_or_default();
            !host.is_empty() && rest.len() <= 256 && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b".-_:/".contains(&b))
        };
        if rest.is_some_and(plain) {
            Ok(())
        } else {
            Err(format!("`{}` is not the address of a server, such as `https://vault.example.com:8200`", show(text)))
        }
    }
}
value! {
    /// A branch of a repository.
    Branch, "word", |text| {
        let plain = text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_.-".contains(&b));
        if !text.is_empty() && plain && text.len() <= 128 && !text.starts_with(['-', '/', '.']) && !text.ends_with('/') && !text.contains("..") {
            Ok(())
        } else {
            Err(format!("`{}` is not a branch's name: letters, digits, `/`, `_`, `.` and `-`", show(text)))
        }
    }
}

impl EnvName {
    /// A name as a variable's: upper-case letters, digits and `_`, not beginning with a digit.
    ///
    /// # Errors
    /// Never for a name that is not empty.
    pub fn of(name: &str) -> Result<Self, String> {
        let upper = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
        let name: String = name.chars().map(upper).collect();
        Self::new(if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name })
    }
}
