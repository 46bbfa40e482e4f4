-- A refresh token rotates, over and over: each thread, of one connection, has a family of its own.
package.path = string.gsub(debug.getinfo(1, "S").source, "^@(.*/)[^/]*$", "%1") .. "?.lua;" .. package.path
require("common")

local parameters, current

function init(arguments)
  parameters = load_parameters(arguments[1])
  current = parameters.refresh_tokens[number + 1]
end

function request()
  return wrk.format("POST", parameters.token, parameters.headers, parameters.body .. current)
end

function response(status, _, body)
  if check(status, body, 200, "refresh_token") then
    current = string.match(body, '"refresh_token" ?: ?"([^"]+)"')
  end
end
