@echo off
rem Runs mqbroker from wherever this file is.
node "%~dp0run.js" mqbroker %*
