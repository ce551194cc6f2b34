/** Tests: the parts by themselves, the edge cases in the engine, and the seams as mocks. */
package org.example.armcca;
