const port = Number(Deno.env.get("PORT") ?? "8000");

const server = Deno.serve({ port, hostname: "0.0.0.0" }, (request) => {
  const { pathname } = new URL(request.url);
  if (pathname === "/healthz") return new Response("ok\n");
  return Response.json({ hello: "world" });
});

Deno.addSignalListener("SIGTERM", () => {
  console.log("SIGTERM received, shutting down");
  server.shutdown();
});
