"""The form of the page that advises."""

from django import forms
from django.utils.translation import gettext_lazy as _

from benchmarks.advice.question import BOUNDS, CannotAdvise, Question
from benchmarks.advice.text import NETWORKS


def figure(name, label, kind=forms.FloatField):
    """Make the field of a Question's figure, with its bounds and default."""
    low, high = BOUNDS[name]
    widget = forms.NumberInput({"step": 1 if kind is forms.IntegerField else "any"})
    return kind(label=label, min_value=low, max_value=high, initial=f"{getattr(Question, name):g}", widget=widget)


class QuestionForm(forms.Form):
    """What is to be built."""

    rate = figure("rate", _("messages a second in each room"))
    clients = figure("clients", _("readers in all rooms together"), forms.IntegerField)
    rooms = figure("rooms", _("rooms"), forms.IntegerField)
    latency_ms = figure("latency_ms", _("acceptable for 99 in 100 messages, ms"))
    text_bytes = figure("text_bytes", _("bytes per text"), forms.IntegerField)
    network = forms.ChoiceField(label=_("network"), choices=[(name, _(name)) for name in NETWORKS], initial="local")

    @classmethod
    def asked(cls, given):
        """Return the form of an address's query: what it leaves out has its default, what the form lacks is ignored."""
        known = {name: given[name] for name in cls.base_fields if name in given}
        usual = {name: field.initial for name, field in cls.base_fields.items()}
        return cls(usual | known if known else None)

    def clean(self):
        """Make the Question of valid fields."""
        fields = super().clean()
        if not self.errors:
            network = NETWORKS[fields["network"]]
            try:
                fields["question"] = Question(**{name: fields[name] for name in fields if name != "network"}, **network)
            except CannotAdvise as exc:
                raise forms.ValidationError(_("There cannot be more rooms than readers.")) from exc
        return fields
