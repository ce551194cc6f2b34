package io.github.gmem4j.conformance.recording;

/**
 * One line of a recording: an operation and what the real kernel made of it.
 *
 * @param number the line's number in its file, from 1
 * @param index the operation's number in its sequence, from 0
 * @param name the operation's name in the recording
 * @param operation what was done
 * @param recorded what came of it
 * @param <O> the operations of the sequence's generation
 */
public record RecordedLine<O>(long number, long index, String name, O operation, Result recorded) {}
