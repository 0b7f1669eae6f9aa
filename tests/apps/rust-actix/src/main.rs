use actix_web::{App, HttpServer, Responder, get};

#[get("/")]
async fn index() -> impl Responder {
    "rust-actix"
}

#[get("/health")]
async fn health() -> impl Responder {
    "ok"
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    HttpServer::new(|| App::new().service(index).service(health))
        .workers(2)
        .bind(("0.0.0.0", 8080))?
        .run()
        .await?;
    println!("shutting down");
    Ok(())
}
