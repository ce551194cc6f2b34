/**
 * Several vCPUs and a host at once on one guest memory: what each may be answered while others are
 * at work is a set, and what they leave behind is compared with the engine.
 */
package io.github.gmem4j.conformance.crowd;
