@echo off
rem Runs mqshutdown from wherever this file is.
node "%~dp0run.js" mqshutdown %*
