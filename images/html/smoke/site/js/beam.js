const canvas = document.getElementById("beam"), context = canvas.getContext("2d");

function draw(time) {
  const { clientWidth: width, clientHeight: height } = canvas;
  [canvas.width, canvas.height] = [width, height];
  const x = width * 0.82, y = height * 0.3, angle = Math.PI + Math.sin(time / 3000) * 0.5;
  const beam = context.createRadialGradient(x, y, 4, x, y, width);
  beam.addColorStop(0, "rgba(255, 233, 168, .75)");
  beam.addColorStop(1, "rgba(255, 233, 168, 0)");
  context.fillStyle = beam;
  context.beginPath();
  context.moveTo(x, y);
  context.arc(x, y, width, angle - 0.13, angle + 0.13);
  context.fill();
  context.fillStyle = "#e8e2d4";
  context.beginPath();
  context.moveTo(x - 11, y + 12);
  context.lineTo(x + 11, y + 12);
  context.lineTo(x + 24, height);
  context.lineTo(x - 24, height);
  context.fill();
  context.fillStyle = "#c0392b";
  context.fillRect(x - 14, y - 16, 28, 28);
  context.fillStyle = "#ffe9a8";
  context.fillRect(x - 8, y - 8, 16, 14);
  requestAnimationFrame(draw);
}
requestAnimationFrame(draw);
