"""The form of the advice page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from benchmarks.advice.question import BOUNDS, Question, QuestionError
from benchmarks.advice.text import NETWORKS


def number_field(name, label, kind=forms.FloatField):
    """Return a form field for a number of a Question, with its bounds and default."""
    low, high = BOUNDS[name]
    widget = forms.NumberInput({"step": 1 if kind is forms.IntegerField else "any"})
    return kind(label=label, min_value=low, max_value=high, initial=f"{getattr(Question, name):g}", widget=widget)


class QuestionForm(forms.Form):
    """The needs."""

    rate = number_field("rate", _("messages a second in each room"))
    clients = number_field("clients", _("readers in all rooms together"), forms.IntegerField)
    rooms = number_field("rooms", _("rooms"), forms.IntegerField)
    latency_ms = number_field("latency_ms", _("acceptable for 99 in 100 messages, ms"))
    text_bytes = number_field("text_bytes", _("bytes per text"), forms.IntegerField)
    network = forms.ChoiceField(label=_("network"), choices=[(name, _(name)) for name in NETWORKS], initial="local")

    @classmethod
    def from_query(cls, query):
        """Return the form for the query of an address: missing fields have their defaults, unknown ones are ignored."""
        values = {name: query[name] for name in cls.base_fields if name in query}
        defaults = {name: field.initial for name, field in cls.base_fields.items()}
        return cls(defaults | values if values else None)

    def clean(self):
        """Add the Question if all fields are valid."""
        fields: dict[str, Any] = super().clean() or {}
        if not self.errors:
            network = NETWORKS[fields["network"]]
            try:
                numbers = {name: fields[name] for name in fields if name != "network"}
                fields["question"] = Question(**numbers, **network)
            except QuestionError as exc:
                raise forms.ValidationError(_("There cannot be more rooms than readers.")) from exc
        return fields
