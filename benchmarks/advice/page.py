"""The page that advises."""

from django.shortcuts import render

from benchmarks.advice import text
from benchmarks.advice.advice import advise
from benchmarks.advice.form import QuestionForm
from benchmarks.advice.question import Question


def answer(request):
    """Show the form and, unless its question is refused, the advice; without a question that on the usual one."""
    form = QuestionForm.asked(request.GET)
    refused = form.is_bound and not form.is_valid()
    context = {"form": form}
    if not refused:
        advice = advise(form.cleaned_data["question"] if form.is_bound else Question())
        columns = [(option, text.title(option)) for option in advice.options]
        context |= {"columns": columns, "figures": text.figures(advice)}
        context |= {"verdict": text.verdict(advice), "reasons": [pieces(reason) for reason in text.reasons(advice)]}
    return render(request, "lab/advise.html", context, status=400 if refused else 200)


def pieces(sentence):
    """Return [(whether it is a command, text)] of a sentence in which backticks stand around commands."""
    return [(place % 2 == 1, text) for place, text in enumerate(sentence.split("`"))]
