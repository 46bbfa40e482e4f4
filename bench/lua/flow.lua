-- A code flow with a session, over and over: the code is asked for, then redeemed. One connection
-- a thread, so that an answer belongs to the request just made.
package.path = string.gsub(debug.getinfo(1, "S").source, "^@(.*/)[^/]*$", "%1") .. "?.lua;" .. package.path
require("common")

local parameters, ask, code

function init(arguments)
  parameters = load_parameters(arguments[1])
  ask = wrk.format("GET", parameters.authorize, { Cookie = parameters.cookie })
end

function request()
  if not code then return ask end
  local body = parameters.body .. code
  code = nil
  return wrk.format("POST", parameters.token, parameters.headers, body)
end

function response(status, headers, body)
  local location = headers["Location"] or headers["location"]
  if location then
    code = string.match(location, "[?&]code=([^&]+)")
    check(code and 302 or 0, location, 302)
  else
    check(status, body, 200, "id_token")
  end
end
