package io.github.gmem4j.cli.telling;

/**
 * A part of an SVG picture.
 *
 * @param width in pixels
 * @param height in pixels
 * @param body its elements
 */
public record Picture(int width, int height, String body) {}
