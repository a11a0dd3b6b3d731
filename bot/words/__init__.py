"""Every sentence the bot says, in one folder and one voice: to be reviewed by those who must stand by it."""

from bot.words.refusals import *  # noqa: F403
from bot.words.replies import *  # noqa: F403
from bot.words.sentences import *  # noqa: F403
from bot.words.terms import *  # noqa: F403
