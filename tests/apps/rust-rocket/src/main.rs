use rocket::{fairing::AdHoc, get, launch, routes};

#[get("/")]
fn index() -> &'static str {
    "rust-rocket"
}

#[get("/health")]
fn health() -> &'static str {
    "ok"
}

// Rocket listens on 127.0.0.1 unless ROCKET_ADDRESS says otherwise.
#[launch]
fn rocket() -> _ {
    rocket::build()
        .mount("/", routes![index, health])
        .attach(AdHoc::on_shutdown("log", |_| {
            Box::pin(async { println!("shutting down") })
        }))
}
