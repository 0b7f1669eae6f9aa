//! The names of the token formats.

use std::fmt;

macro_rules! kinds {
    ($($variant:ident = $name:literal,)*) => {
        /// A known format of a secret.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Kind {
            $(#[doc = $name] $variant,)*
        }

        impl Kind {
            /// The name as it stands in a message, without an article.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

kinds! {
    AwsAccessKey = "AWS access key id",
    AwsSecretKey = "AWS secret access key",
    GitHub = "GitHub token",
    GitLab = "GitLab token",
    Slack = "Slack token",
    SlackWebhook = "Slack webhook address",
    Stripe = "Stripe key",
    StripeTest = "Stripe test key",
    Npm = "npm token",
    PyPi = "PyPI token",
    RubyGems = "RubyGems key",
    CratesIo = "crates.io token",
    Docker = "Docker Hub token",
    Google = "Google API key",
    OpenAi = "OpenAI key",
    Anthropic = "Anthropic key",
    HuggingFace = "Hugging Face token",
    DigitalOcean = "DigitalOcean token",
    Databricks = "Databricks token",
    SendGrid = "SendGrid key",
    Twilio = "Twilio key",
    Vault = "Vault token",
    Terraform = "Terraform Cloud token",
    Doppler = "Doppler token",
    Grafana = "Grafana token",
    Sentry = "Sentry token",
    Linear = "Linear key",
    Postman = "Postman key",
    Shopify = "Shopify token",
    Artifactory = "Artifactory key",
    AzureAd = "Azure AD client secret",
    PrivateKey = "private key",
    EncryptedPrivateKey = "encrypted private key",
    AgeKey = "age secret key",
    Jwt = "JSON web token",
    UrlPassword = "password in a URL",
    DockerAuth = "registry login in a Docker configuration",
    NpmrcAuth = "npm registry login",
    NetrcPassword = "netrc password",
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
