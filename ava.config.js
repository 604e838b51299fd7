export default {
  files: ['build/test/**/*.test.js', 'build/examples/**/*.test.js'],
  concurrency: 2,
  timeout: '10m',
  workerThreads: false,
  verbose: true,
}
