# The lab without its tests and lessons. SETS names the sets of packages in requirements/, such as "measure scale".
FROM python:3.12-slim
ARG SETS=base
RUN useradd --create-home lab && mkdir -m 700 /data && chown lab /data
WORKDIR /lab
COPY requirements requirements
RUN for set in $SETS; do pip install --no-cache-dir --no-deps --require-hashes -r requirements/$set.txt || exit 1; done
COPY . .
USER lab
ENV LAB_DATA=/data PYTHONUNBUFFERED=1
EXPOSE 8000
# Exec form: the server itself gets SIGTERM, and ends its streams properly.
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0", "--port", "8000"]
