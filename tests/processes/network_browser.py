"""The tests' browser over the network, able to hand out what it would send."""

from tests.browser_client import Browser, Page, _Forms, _path
from tests.processes.network import Answer, Request
from tests.processes.server import Server


class NetworkBrowser(Browser):
    """One person's, in front of a served provider."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)  # its test_client() is all that is used of it

    @property
    def authorization_code(self) -> str:
        """What the application was just given."""
        return self.page.parameters["code"]

    def filled_in(self, form: int = 0, **values: str) -> Request:
        """The page's form of this number, ready to be sent."""
        parser = _Forms()
        parser.feed(self.page.text)
        action, present = parser.forms[form]
        path = _path(action or self.page.address)
        return self.client.prepare("POST", path, data=present | values)

    def at_once(self, requests: list[Request]) -> list[Answer]:
        return self.client.at_once(requests)

    def receive_cookies(self, answer: Answer) -> None:
        self.client.cookies |= answer.cookies

    def receive(self, answer: Answer) -> Page:
        """Go on from this one of several answers."""
        self.receive_cookies(answer)
        return self._follow(answer, self.page.address)
