package dev.quarry.replay.html;

import dev.quarry.replay.report.ReplayResult;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What is to be known about the recording before its figures are believed. */
final class NoteData {
  private NoteData() {}

  static void put(ObjectNode node, ReplayResult result) {
    node.put("wrongLines", result.problems().total());
    ArrayNode problems = node.putArray("problems");
    result.problems().report().forEach(problem -> problems.add(problem.toString()));
    node.put("unknownCpus", result.player().counters().unknownCpus());
    ArrayNode notes = node.putArray("notes");
    result.notes().forEach(notes::add);
  }
}
