/**
 * What a guest does: programs of typed actions and what each of them yielded. For authors of tests
 * and scenarios. Stability: experimental until 1.0.
 */
package io.github.gmem4j.api.guest;
