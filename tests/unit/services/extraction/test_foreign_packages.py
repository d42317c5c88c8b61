"""What programs in languages without an installer ask for: what is plainly from outside, and nothing else."""

import pytest

from services.domain.snippet import SourceFile
from services.extraction.foreign_packages import foreign_packages

GO = """package main
import "fmt"
import (
    "net/http"
    "github.com/gin-gonic/gin"
    chi "github.com/go-chi/chi/v5/middleware"
    _ "golang.org/x/text/cases"
    "gopkg.in/yaml.v3"
    // "github.com/not/this"
    "example.com/me/inner"
)
func main() { fmt.Println("see github.com/some/where/else") }
"""
JAVA = """package com.me.app;
import java.util.*;
import javax.swing.JFrame;
import com.google.gson.Gson;
import static org.junit.jupiter.api.Assertions.assertEquals;
import org.apache.commons.lang3.StringUtils;
import com.me.app.model.Thing;
import javax.persistence.Entity;
// import org.not.this.One;
/* import org.nor.that.One; */
class Main {}
"""
RUST = """use std::collections::HashMap;
use rand::Rng;
pub use crate::shapes::Square;
use shapes::{circle, Shape};
use circle::Circle;
extern crate regex;
use self::inner::x;
use Colour::*;
// use serde::Serialize;
mod shapes;
mod inner { pub fn x() {} }
enum Colour { Red }
fn main() {}
"""
RUBY = """require 'json'
require "set"
require 'net/http'
require 'sinatra/base'
require_relative 'helper'
require 'shapes'
require './other'
require 'active_support/all'
# require 'rails'
begin
  require 'pry'
rescue LoadError
end
puts "require 'x'"
"""
R = """library(dplyr)
library("ggplot2")
suppressPackageStartupMessages(library(caret))
if (!require(zoo)) install.packages("zoo")
x <- stringr::str_to_upper("a")
pkg <- "base"
library(pkg, character.only = TRUE)
# library(nothing)
"""
PHP = """<?php
require 'vendor/autoload.php';
namespace App\\Service;
use GuzzleHttp\\Client;
use App\\Model\\User;
"""


@pytest.mark.parametrize(
    ("environment", "files", "found"),
    [
        ("go", {"main.go": GO, "go.mod": "module example.com/me\n"},
         ("github.com/gin-gonic/gin", "github.com/go-chi/chi", "golang.org/x/text", "gopkg.in/yaml.v3")),
        ("java", {"Main.java": JAVA},
         ("com.google.gson", "javax.persistence", "org.apache.commons.lang3", "org.junit.jupiter.api")),
        ("rust", {"main.rs": RUST, "shapes.rs": "pub mod circle;"}, ("rand", "regex")),
        ("rust", {"src/main.rs": "use my_app::run;\nuse serde_json::json;",
                  "Cargo.toml": '[package]\nname = "my-app"\n[dependencies]\nserde_json = "1"\nown = {path = "own"}'},
         ("serde_json",)),
        ("rust", {"main.rs": "fn main() {}", "Cargo.toml": "nonsense = ["}, ()),
        ("ruby", {"main.rb": RUBY, "shapes.rb": "", "helper.rb": ""}, ("activesupport", "sinatra")),
        ("ruby", {"main.rb": "puts 1", "Gemfile": "gem 'rails', '~> 7'"}, ("rails",)),
        ("r", {"main.R": R}, ("caret", "dplyr", "ggplot2", "stringr", "zoo")),
        ("php", {"main.php": PHP}, ("GuzzleHttp",)),
        ("php", {"main.php": "<?php use GuzzleHttp\\Client;"}, ()),
        ("php", {"a.php": PHP, "composer.json": '{"require": {"php": ">=8", "ext-gd": "*", "monolog/monolog": "^3"}}'},
         ("gd", "monolog/monolog")),
        ("php", {"main.php": "<?php", "composer.json": "[]"}, ()),
        ("bash", {"main.sh": "jq ."}, ()),
    ],
)  # fmt: skip
def test_what_a_program_asks_for(environment: str, files: dict[str, str], found: tuple[str, ...]) -> None:
    sources = [SourceFile(path=path, text=text) for path, text in files.items()]
    assert foreign_packages(environment, sources) == found
