/** A logger for the bus and for services that discards everything. */
export const silentLogger = { debug() {}, info() {}, warn() {}, error() {} };
