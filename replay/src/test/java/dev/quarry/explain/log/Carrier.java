package dev.quarry.explain.log;

import java.util.Locale;
import java.util.function.BinaryOperator;

/** What carries a kernel's lines into a log: each puts its own marks in front of a message. */
enum Carrier {
  PLAIN("", false),
  DMESG("[%2$12.6f] ", false),
  DMESG_CALLER("[%2$12.6f][%3$6s] ", true),
  DMESG_CALLER_APART("[%2$12.6f] [ %3$s] ", true),
  DMESG_DATE("[Wed Nov 15 05:03:51 2023] ", false),
  DMESG_DELTA("[<    0.000020>] ", false),
  DMESG_DECODED("kern  :warn  : [%2$12.6f] ", false),
  DMESG_ISO("2023-11-15T05:03:51,123456+01:00 ", false),
  PRIORITY("<4>[%2$12.6f] ", false),
  PRIORITY_ONLY("<4>", false),
  SYSLOG("Nov  5 05:03:51 %1$s kernel: [%2$12.6f] ", false),
  SYSLOG_CALLER("Nov 15 05:03:51 %1$s kernel: [%2$.6f][%3$s] ", true),
  SYSLOG_PID("Nov 15 05:03:51 %1$s kernel[321]: [%2$12.6f] ", false),
  JOURNAL("Nov 15 05:03:51 %1$s kernel: ", false),
  JOURNAL_PRECISE("Nov 15 05:03:51.123456 %1$s kernel: ", false),
  JOURNAL_ISO("2023-11-15T05:03:51+0100 %1$s kernel: ", false),
  JOURNAL_UNIX("1700021031.123456 %1$s kernel: ", false),
  JOURNAL_MONOTONIC("[%2$12.6f] %1$s kernel: ", false),
  RSYSLOG_ISO("2023-11-15T05:03:51.123456+01:00 %1$s kernel: [%2$12.6f] ", false),
  RFC_5424("<4>1 2023-11-15T05:03:51.123456Z %1$s kernel - - - [%2$12.6f] ", false),
  RFC_5424_DATA("<4>1 2023-11-15T05:03:51Z %1$s kernel - - [meta sequenceId=\"12\"] ", false),
  LOGCAT("11-15 05:03:51.123  1234  1234 I kernel  : [%2$12.6f] ", false),
  PHONE_COLUMNS("[%2$12.6f] c3   %4$d ", true),
  PHONE_TASK("[%2$12.6f] (3)[%4$d:worker]", true),
  CONTAINER("2023-11-15T05:03:51.123456789Z stdout F [%2$12.6f] ", false),
  MAIL_QUOTE("> > [%2$12.6f] ", false),
  INDENTED("    [%2$12.6f] ", false),
  COLOURS("\u001b[32m[%2$12.6f] \u001b[0m\u001b[31m", false),
  GREP("kern.log:%4$d:Nov 15 05:03:51 %1$s kernel: [%2$12.6f] ", false),
  LINE_NUMBERS("%4$6d\t", false),
  BULLETS("* [%2$12.6f] ", false),
  CONSOLE("ttyS0 #%4$d> ", false),
  NET_CONSOLE("4,%4$d,69477000123,-;", false),
  JSON_ARRAY(" \"", false, (mark, text) -> mark + text + "\","),
  SHELL("[%2$12.6f] ", false, (mark, text) -> mark + text + " \\"),
  WEB(
      "",
      false,
      (mark, text) ->
          text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + "<br />"),
  WIDE_BLANKS("", false, (mark, text) -> text.replace(' ', '\u00a0')),
  DOCKER_JSON(
      "{\"log\":\"[%2$12.6f] ",
      false, (mark, text) -> mark + json(text) + "\\n\",\"stream\":\"stdout\"}"),
  JOURNAL_JSON(
      "{\"PRIORITY\":\"4\",\"MESSAGE\":\"",
      false,
      (mark, text) -> mark + json(text) + "\",\"_TRANSPORT\":\"kernel\"}");

  private final String format;
  private final boolean caller;
  private final BinaryOperator<String> wrapper;

  Carrier(String format, boolean caller) {
    this(format, caller, String::concat);
  }

  Carrier(String format, boolean caller, BinaryOperator<String> wrapper) {
    this.format = format;
    this.caller = caller;
    this.wrapper = wrapper;
  }

  private static String json(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  /** Whether the mark tells who printed the line. */
  boolean hasCaller() {
    return caller;
  }

  /** Whether lines can be wrapped by a mail program and still be what they were. */
  boolean canBeWrapped() {
    return compareTo(GREP) < 0 && this != COLOURS;
  }

  String mark(String host, long micros, int task) {
    return String.format(Locale.ROOT, format, host, micros / 1e6, "T" + task, task);
  }

  String line(String mark, String text) {
    return wrapper.apply(mark, text);
  }
}
