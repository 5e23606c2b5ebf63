"""Settings: production is the default and refuses every development switch."""

import pytest
from pydantic import ValidationError

from shared.settings import ServiceSettings
from shared.testing.sample.settings import Settings


class TestServiceSettings:
    def test_are_for_production_unless_told_otherwise(self, monkeypatch):
        monkeypatch.delenv("SHLYUZ_ENV", raising=False)
        assert ServiceSettings().production

    @pytest.mark.parametrize("switch", ["allow_test_identities", "open_doors"])
    def test_refuse_development_switches_in_production(self, switch):
        with pytest.raises(ValidationError, match=f"SHLYUZ_{switch.upper()}"):
            Settings(env="production", **{switch: True})
        assert getattr(Settings(env="development", **{switch: True}), switch)

    def test_read_the_environment_and_files_of_secrets(self, monkeypatch, tmp_path):
        (tmp_path / "shlyuz_database_url").write_text("postgresql://a:secret@h/d\n")
        monkeypatch.setenv("SHLYUZ_SECRETS_DIR", str(tmp_path))
        monkeypatch.setenv("SHLYUZ_KAFKA_SESSION_TIMEOUT", "3")
        monkeypatch.setenv("SHLYUZ_RELAY_POLL", "PT0.2S")
        settings = ServiceSettings()
        assert settings.database_url.get_secret_value() == "postgresql://a:secret@h/d"
        assert settings.kafka_session_timeout.total_seconds() == 3
        assert settings.relay_poll.total_seconds() == 0.2
        assert "secret" not in repr(settings)
