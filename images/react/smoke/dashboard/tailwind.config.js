/** @type {import('tailwindcss').Config} */
export default {
  content: ["./index.html", "./src/**/*.{ts,tsx}"],
  theme: { extend: { colors: { brand: { 500: "#0f766e", 100: "#ccfbf1" } } } },
  plugins: [],
};
