/** What the recording says against what the engine did, field by field. */
package io.github.gmem4j.conformance.comparing;
