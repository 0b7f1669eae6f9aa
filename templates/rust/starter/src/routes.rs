//! What the service answers.

use axum::{Json, Router, routing::get};
use serde_json::json;

/// Builds the routes; a secret is only told as present or absent.
pub fn app(secret: bool) -> Router {
    Router::new()
        .route(
            "/",
            get(async move || Json(json!({ "message": "Hello from service", "secret": secret }))),
        )
        .route("/healthz", get(async || "ok"))
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::Request, http::StatusCode};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    async fn get(secret: bool, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = super::app(secret).oneshot(request).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn says_hello_and_whether_it_has_a_secret() {
        let (status, body) = get(false, "/").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(body, r#"{"message":"Hello from service","secret":false}"#);
        assert!(get(true, "/").await.1.contains(r#""secret":true"#));
    }

    #[tokio::test]
    async fn is_healthy() {
        assert_eq!(
            get(false, "/healthz").await,
            (StatusCode::OK, "ok".to_owned())
        );
    }

    #[tokio::test]
    async fn unknown_path_is_not_found() {
        assert_eq!(get(false, "/nowhere").await.0, StatusCode::NOT_FOUND);
    }
}
