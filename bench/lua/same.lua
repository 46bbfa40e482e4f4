-- The same request over and over.
package.path = string.gsub(debug.getinfo(1, "S").source, "^@(.*/)[^/]*$", "%1") .. "?.lua;" .. package.path
require("common")

local request_text, text

function init(arguments)
  local parameters = load_parameters(arguments[1])
  text = parameters.text
  request_text = wrk.format(parameters.method, parameters.path, parameters.headers, parameters.body)
end

function request()
  return request_text
end

function response(status, _, body)
  check(status, body, nil, text)
end
