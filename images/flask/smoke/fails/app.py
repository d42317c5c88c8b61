from flask import Flask

app = Flask(__name__)
app.config["LIMIT"] = int("many")

if __name__ == "__main__":
    app.run()
