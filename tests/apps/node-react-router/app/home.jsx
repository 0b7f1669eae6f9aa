export default function Home() {
  return <h1>node-react-router</h1>;
}
