export default function About() {
  return <main className="px-8 py-6"><h1 className="text-3xl font-bold">Since 1978</h1></main>;
}
