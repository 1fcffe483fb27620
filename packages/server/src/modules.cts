// CommonJS in both builds, so that neither needs `import.meta`, which Jest can't read.
import path = require('node:path')
import url = require('node:url')

/** The folder of the built modules that run in threads and processes of their own: ES modules. */
export = url.pathToFileURL(path.join(__dirname, '../dist/'))
