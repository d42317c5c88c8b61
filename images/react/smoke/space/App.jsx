import { Suspense, useRef } from "react";
import { Canvas, useFrame } from "@react-three/fiber";
import { OrbitControls, Stars } from "@react-three/drei";

function Planet({ radius, distance, speed, colour, ring }) {
    const group = useRef();
    useFrame(({ clock }) => {
        group.current.rotation.y = clock.elapsedTime * speed + distance;
    });
    return (
        <group ref={group}>
            <mesh position={[distance, 0, 0]}>
                <sphereGeometry args={[radius, 48, 48]} />
                <meshStandardMaterial color={colour} roughness={0.7} />
                {ring && (
                    <mesh rotation={[Math.PI / 2.4, 0, 0]}>
                        <ringGeometry args={[radius * 1.4, radius * 2.1, 64]} />
                        <meshBasicMaterial color="#d9c8a0" side={2} transparent opacity={0.6} />
                    </mesh>
                )}
            </mesh>
        </group>
    );
}

function App() {
    return (
        <div style={{ position: "fixed", inset: 0, background: "#05060f" }}>
            <Canvas camera={{ position: [0, 7, 13], fov: 50 }}>
                <ambientLight intensity={0.25} />
                <pointLight position={[0, 0, 0]} intensity={120} color="#ffe9b0" />
                <Suspense fallback={null}>
                    <Stars radius={80} depth={40} count={2500} factor={4} fade />
                    <mesh>
                        <sphereGeometry args={[1.5, 48, 48]} />
                        <meshBasicMaterial color="#ffcf5c" />
                    </mesh>
                    <Planet radius={0.35} distance={3} speed={0.9} colour="#c0a080" />
                    <Planet radius={0.55} distance={4.8} speed={0.6} colour="#4f8fe6" />
                    <Planet radius={0.9} distance={7.2} speed={0.3} colour="#d7b37a" ring />
                </Suspense>
                <OrbitControls enablePan={false} />
            </Canvas>
            <h1 style={{ position: "absolute", top: 24, left: 28, margin: 0, color: "#fff", font: "600 22px system-ui" }}>A small solar system</h1>
            <p style={{ position: "absolute", bottom: 20, left: 28, margin: 0, color: "#9fb0d0", font: "15px system-ui" }}>Drag to look around</p>
        </div>
    );
}
