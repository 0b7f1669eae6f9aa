export default function Page() {
  return <h1>node-next</h1>;
}
