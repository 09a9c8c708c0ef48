"""The mails as readers see them: HTML, text and attachments in one MIME message."""
