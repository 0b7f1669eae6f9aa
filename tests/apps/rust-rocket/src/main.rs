use rocket::{get, launch, routes};

#[get("/")]
fn index() -> &'static str {
    "rust-rocket"
}

#[get("/health")]
fn health() -> &'static str {
    "ok"
}

// Rocket listens on 127.0.0.1 unless ROCKET_ADDRESS says otherwise, and says itself when a signal stops it.
#[launch]
fn rocket() -> _ {
    rocket::build().mount("/", routes![index, health])
}
