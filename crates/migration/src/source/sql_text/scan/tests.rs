use std::io::{self, Read};

use super::*;

fn scan<'a>(text: &'a str, dialect: Dialect) -> Scanner<'a> {
    Scanner::begin("town.sql", Box::new(text.as_bytes()), dialect).unwrap()
}

#[test]
fn what_is_too_long_for_a_name_is_none() {
    let (most, more) = ("a".repeat(MOST_NAME), "a".repeat(MOST_NAME + 1));
    let text = format!("{most} `{most}` {more} `{more}` \"{}\" end", "\\\"".repeat(3 * MOST_NAME));
    let mut scan = scan(&text, Dialect::Mysql);
    assert_eq!(scan.token().unwrap(), Token::Word(most.clone()));
    assert_eq!(scan.token().unwrap(), Token::Name(most));
    for _ in 0..3 {
        assert_eq!(scan.token().unwrap(), Token::Text);
    }
    assert_eq!(scan.token().unwrap(), Token::Word("end".to_owned()));
    assert!(!scan.too_long);
}

#[test]
fn a_tag_and_a_whole_name_have_an_end() {
    let text = format!("${}$", "a".repeat(MOST_NAME));
    assert_eq!(scan(&text, Dialect::Postgres).token().unwrap(), Token::Symbol(b'$'));
    let mut scan = scan("a.b.c.d (a.b.c.d.e", Dialect::Postgres);
    assert_eq!(scan.qualified().unwrap(), ["a", "b", "c", "d"]);
    scan.step(1);
    assert_eq!(scan.qualified().unwrap(), [""; 0]);
}

#[test]
fn a_double_quote_has_escapes_where_it_quotes_strings() {
    let text = r#""a\"b" "c\\" "#;
    let mut strings = scan(text, Dialect::Mysql);
    assert_eq!(strings.token().unwrap(), Token::Name("a\"b".to_owned()));
    assert_eq!(strings.token().unwrap(), Token::Name("c\\".to_owned()));
    let mut names = scan(text, Dialect::Mysql);
    names.ansi = true;
    assert_eq!(names.token().unwrap(), Token::Name("a\\".to_owned()));
}

#[test]
fn a_statement_that_has_not_ended_is_cut_off() {
    for (text, line) in [
        ("a;\nb 'c", Some(2)),
        ("a;\n\nb", Some(3)),
        ("a;\n/* b", Some(2)),
        ("a;\n/*!40101 b */", Some(2)),
        ("a;\n-- b", None),
        ("a;\n/* b */\n", None),
        ("a; /*!40101 b */;", None),
        ("WARNING: it's\na;", None),
        ("", None),
    ] {
        let mut scan = scan(text, Dialect::Mysql);
        loop {
            let first = scan.first().unwrap();
            if first == Token::End {
                break;
            }
            if !scan.message(&first).unwrap() {
                scan.skip_statement().unwrap();
            }
        }
        assert_eq!(scan.cut().map(|(line, _)| line), line, "{text}");
    }
}

#[test]
fn the_comments_of_the_programs_say_whether_the_end_is_there() {
    let cut = |comments: &[&str]| {
        let mut marks = Marks::default();
        for (line, comment) in (1..).zip(comments) {
            marks.comment(comment.as_bytes(), line);
        }
        marks.cut(99)
    };
    let (begin, end) = ("-- PostgreSQL database dump\n--", "-- PostgreSQL database dump complete");
    assert_eq!(cut(&[begin]), Some(99));
    assert_eq!(cut(&[begin, end]), None);
    assert_eq!(cut(&[begin, end, begin, end]), None);
    assert_eq!(cut(&[begin, begin, end]), Some(2));
    assert_eq!(cut(&["-- PostgreSQL database cluster dump", begin, end]), Some(99));
    assert_eq!(cut(&[begin, "-- TOC entry 3 (OID 997927)\n-- Name: a"]), None);
    for (head, found) in [
        ("-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)", Some(99)),
        ("-- MySQL dump 10.11\n--", Some(99)),
        ("-- MariaDB dump 10.19-11.4.2-MariaDB, for Linux", Some(99)),
        ("-- MySQL dump 10.10\n--", None),
        ("-- MySQL dump 10.9  Distrib 4.1.11", None),
        ("-- phpMyAdmin SQL Dump", None),
    ] {
        assert_eq!(cut(&[head]), found, "{head}");
        assert_eq!(cut(&[head, "-- Dump completed on 2025-12-31 23:59:59"]), None, "{head}");
    }
}

/// A packed file that is cut off.
struct Torn(&'static [u8]);

impl Read for Torn {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl BufRead for Torn {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.0.is_empty() { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(self.0) }
    }

    fn consume(&mut self, count: usize) {
        self.0 = &self.0[count..];
    }
}

#[test]
fn a_packed_file_that_is_cut_off_is_read_up_to_there() {
    let input = Box::new(Torn(b"a;\n\nb;\n"));
    let mut scan = Scanner::begin("town.sql", input, Dialect::Mysql).unwrap();
    for word in ["a", "b"] {
        assert_eq!(scan.first().unwrap(), Token::Word(word.to_owned()));
        assert!(scan.skip_statement().unwrap());
    }
    assert_eq!(scan.first().unwrap(), Token::End);
    assert_eq!(scan.cut(), Some((4, "in the middle of the packed file")));
}
